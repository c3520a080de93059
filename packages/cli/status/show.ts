import { names, type StagePlan } from "#fleet";
import { describeMute } from "../alarms/mutes.ts";
import { formatDuration } from "../duration.ts";
import { noServicesIn } from "../stage.ts";
import { columns, fold, table } from "../table.ts";
import type { Paint } from "../terminal.ts";
import { currentSince, runsOnOlder, type SecretFacts, type ServiceFacts, type TaskFacts } from "./facts.ts";
import type { FleetFacts } from "./fleet.ts";
import { findTroubles, type Trouble } from "./troubles.ts";

export interface View {
  /** Whether to show each task, too. */
  readonly tasks: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How many lines there is room for: where they are too few, services that are well are counted. */
  readonly rows?: number | undefined;
}

/** The state of the fleet in one line, one line per service, and what is wrong below, the worst first. */
export function showStatus(plan: StagePlan, fleet: FleetFacts, paint: Paint, view: View): readonly string[] {
  const { services } = fleet;
  if (services.length === 0) return [noServicesIn(plan)];
  const troubles = findTroubles(fleet, view.now);
  const write = (shown: readonly ServiceFacts[]) => [
    `${paint.dim(`${plan.stage}  ${names.cluster(plan.stage)}  ${plan.region}`)}  ${verdict(services, troubles, paint)}`,
    "",
    ...(shown.length === 0 ? [] : table(headings, rowsOf(shown, paint, view.now))),
    ...(shown.length < services.length ? [paint.dim(`${services.length - shown.length} services are well.`)] : []),
    ...(view.tasks ? ["", ...showTasks(shown, paint, view.now)] : []),
    ...fleet.mutes.flatMap((mute) => ["", ...fold(describeMute(mute, view.now), columns)].map(paint.yellow)),
    ...troubles.flatMap(({ subject, lines }) => ["", paint.bold(subject), ...lines.flatMap(indented)]),
  ];
  const whole = write(services);
  if (view.rows === undefined || whole.length <= view.rows) return whole;
  const subjects = new Set(troubles.map(({ subject }) => subject));
  return write(services.filter((one) => subjects.has(one.plan.key) || isRolling(one)));
}

const headings = ["SERVICE", "TASKS", "HEALTH", "DEPLOYMENT", "SECRETS"];

function rowsOf(services: readonly ServiceFacts[], paint: Paint, now: number): readonly (readonly string[])[] {
  return services.map((facts) => [
    paint.bold(facts.plan.key),
    tasksOf(facts, paint),
    healthOf(facts, paint),
    deploymentOf(facts, paint),
    secretsOf(facts, paint, now),
  ]);
}

const isRolling = ({ service }: ServiceFacts) =>
  service?.deployments.some(({ state }) => state === "IN_PROGRESS") ?? false;

function verdict(services: readonly ServiceFacts[], troubles: readonly Trouble[], paint: Paint): string {
  if (troubles.length > 0) return paint.red(troubles.length === 1 ? "1 problem" : `${troubles.length} problems`);
  const rolling = services.filter(isRolling);
  return rolling.length > 0 ? paint.yellow(`${rolling.length} of ${services.length} rolling`) : paint.green("all well");
}

function indented(text: string): readonly string[] {
  return fold(text, columns - 2).map((line) => `  ${line}`);
}

function tasksOf({ service }: ServiceFacts, paint: Paint): string {
  if (service === undefined) return paint.red("none");
  if (service.desired === 0 && service.running === 0) return paint.dim("offline");
  const text = `${service.running}/${service.desired}`;
  return service.running < service.desired ? paint.yellow(text) : text;
}

function healthOf({ targets }: ServiceFacts, paint: Paint): string {
  if (targets === undefined) return paint.dim("not asked");
  const counts = new Map<string, number>();
  for (const { state } of targets) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].map(([state, count]) => paintState(`${count} ${state}`, state, paint));
  return parts.join(", ") || paint.dim("no targets");
}

function paintState(text: string, state: string, paint: Paint): string {
  if (state === "healthy") return paint.green(text);
  return state === "unhealthy" ? paint.red(text) : paint.yellow(text);
}

function deploymentOf({ service, failure }: ServiceFacts, paint: Paint): string {
  if (failure?.kind === "down") return paint.red("failed");
  const primary = service?.deployments.find((one) => one.primary);
  if (primary === undefined) return paint.red("not deployed");
  if (failure?.kind === "rolled-back" && primary.state === "COMPLETED") return paint.yellow("failed, old one serves");
  switch (primary.state) {
    case "COMPLETED":
      return paint.green("complete");
    case "FAILED":
      return paint.red("failed");
    default:
      return paint.yellow(`rolling ${primary.running}/${primary.desired}`);
  }
}

function secretsOf({ secrets, tasks }: ServiceFacts, paint: Paint, now: number): string {
  if (secrets.length === 0 || tasks.length === 0) return paint.dim("-");
  const older = secrets.filter((secret) => tasks.some((task) => runsOnOlder(task, secret)));
  if (older.length === 0) return paint.green("current");
  return paint.yellow(`old since ${sinceText(older, now)}: ${older.map(({ key }) => key).join(" ")}`);
}

/** How long a newer version has been current. */
function sinceText(secrets: readonly SecretFacts[], now: number): string {
  return formatDuration(now - Math.min(...secrets.map((secret) => currentSince(secret) ?? now)));
}

function showTasks(services: readonly ServiceFacts[], paint: Paint, now: number): readonly string[] {
  const rows = services.flatMap(({ plan, tasks, secrets }) =>
    tasks.map((task) => [
      taskId(task).slice(0, 8),
      plan.key,
      task.status.toLowerCase(),
      task.startedAt === undefined ? "-" : formatDuration(now - task.startedAt),
      secrets.map((secret) => versionText(task, secret, paint, now)).join(", ") || paint.dim("-"),
    ]),
  );
  return rows.length === 0 ? ["No tasks are running."] : table(["TASK", "SERVICE", "STATE", "FOR", "SECRETS"], rows);
}

export function taskId({ arn }: TaskFacts): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

function versionText(task: TaskFacts, secret: SecretFacts, paint: Paint, now: number): string {
  if (runsOnOlder(task, secret)) return paint.yellow(`${secret.key} old since ${sinceText([secret], now)}`);
  const id = secret.versions.find(({ labels }) => labels.includes("AWSCURRENT"))?.id ?? "no value";
  return `${secret.key} ${id.slice(0, 8)} current`;
}
