import { names, type StagePlan } from "#fleet";
import { table } from "../table.ts";
import type { Paint } from "../terminal.ts";
import { runsOnOlder, type ServiceFacts } from "./facts.ts";

/** One line a service, and below it what needs an explanation. */
export function showStatus(plan: StagePlan, services: readonly ServiceFacts[], paint: Paint): readonly string[] {
  if (services.length === 0)
    return [`Stage ${plan.stage} has no services. Add one under \`services\` in fleet.config.ts, then deploy.`];
  const rows = services.map((facts) => [
    paint.bold(facts.plan.key),
    tasksOf(facts, paint),
    healthOf(facts, paint),
    deploymentOf(facts, paint),
    secretsOf(facts, paint),
  ]);
  return [
    paint.dim(`${plan.stage}  ${names.cluster(plan.stage)}  ${plan.region}`),
    "",
    ...table(["SERVICE", "TASKS", "HEALTH", "DEPLOYMENT", "SECRETS"], rows),
  ];
}

function tasksOf({ service }: ServiceFacts, paint: Paint): string {
  if (service === undefined) return paint.red("none");
  if (service.desired === 0 && service.running === 0) return paint.dim("offline");
  const text = `${service.running}/${service.desired}`;
  return service.running < service.desired ? paint.yellow(text) : text;
}

function healthOf({ targets }: ServiceFacts, paint: Paint): string {
  const counts = new Map<string, number>();
  for (const { state } of targets) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].map(([state, count]) => paintState(`${count} ${state}`, state, paint));
  return parts.join(", ") || paint.dim("no targets");
}

function paintState(text: string, state: string, paint: Paint): string {
  if (state === "healthy") return paint.green(text);
  return state === "unhealthy" ? paint.red(text) : paint.yellow(text);
}

function deploymentOf({ service }: ServiceFacts, paint: Paint): string {
  const primary = service?.deployments.find((one) => one.primary);
  if (primary === undefined) return paint.red("not deployed");
  switch (primary.state) {
    case "COMPLETED":
      return paint.green("complete");
    case "FAILED":
      return paint.red("failed");
    default:
      return paint.yellow(`rolling ${primary.running}/${primary.desired}`);
  }
}

function secretsOf({ secrets, tasks }: ServiceFacts, paint: Paint): string {
  if (secrets.length === 0) return paint.dim("-");
  const older = secrets.filter((secret) => tasks.some((task) => runsOnOlder(task, secret)));
  if (older.length === 0) return paint.green("current");
  return paint.yellow(`older: ${older.map(({ key }) => key).join(" ")}`);
}
