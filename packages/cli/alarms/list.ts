import { formatDuration } from "../duration.ts";
import type { ExitCode } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { table } from "../table.ts";
import type { Paint } from "../terminal.ts";
import { muteOf, readMutes } from "./mutes.ts";
import { type AlarmFacts, readAlarms } from "./read.ts";

/** @param which with `firing`, the exit code is 1 if there are any, so that a script can ask */
export async function listAlarms(stage: Stage, which: "all" | "firing", format: "text" | "json"): Promise<ExitCode> {
  const { terminal, plan } = stage;
  const [present, mutes] = await Promise.all([readAlarms(stage), readMutes(stage)]);
  const alarms = worstFirst(
    present
      .filter(({ state }) => which === "all" || state === "ALARM")
      .map((alarm) => ({ ...alarm, muted: alarm.muted || muteOf(alarm, mutes) !== undefined })),
  );
  const code = which === "firing" && alarms.length > 0 ? 1 : 0;
  if (format === "json") {
    const documents = alarms.map((alarm) => ({
      ...alarm,
      since: alarm.since === undefined ? null : new Date(alarm.since).toISOString(),
    }));
    terminal.print(JSON.stringify({ stage: plan.stage, alarms: documents }, undefined, 2));
    return code;
  }
  if (present.length === 0) {
    terminal.print(`Stage ${plan.stage} has no alarms: deploy it, or see \`alarms\` in fleet.config.ts.`);
    return 0;
  }
  if (alarms.length === 0) {
    terminal.print(`None of the ${present.length} alarms of stage ${plan.stage} is in ALARM.`);
    return 0;
  }
  for (const line of showAlarms(plan.stage, alarms, terminal.paint)) terminal.print(line);
  return code;
}

/** What rings, and of that what nobody silenced. */
export function worstFirst(alarms: readonly AlarmFacts[]): readonly AlarmFacts[] {
  const rank = ({ state, muted }: AlarmFacts) => (state === "ALARM" ? Number(muted) : state === "OK" ? 3 : 2);
  return alarms.toSorted((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}

/** A line each, with the name that the other commands take. */
export function showAlarms(stage: string, alarms: readonly AlarmFacts[], paint: Paint): readonly string[] {
  const rows = alarms.map((alarm) => [
    alarm.name.replace(`${stage}-mcp-`, ""),
    stateText(alarm, paint),
    alarm.since === undefined ? "-" : formatDuration(Date.now() - alarm.since),
    thresholdText(alarm, paint),
  ]);
  return table(["ALARM", "STATE", "FOR", "THRESHOLD"], rows);
}

function stateText({ state, muted }: AlarmFacts, paint: Paint): string {
  const text = `${state === "INSUFFICIENT_DATA" ? "no data" : state}${muted ? ", muted" : ""}`;
  if (state === "ALARM") return paint.red(text);
  return state === "OK" && !muted ? paint.green(text) : paint.yellow(text);
}

function thresholdText({ threshold, basis }: AlarmFacts, paint: Paint): string {
  if (threshold === undefined) return "-";
  return basis === "placeholder" ? paint.yellow(`${threshold} (placeholder)`) : String(threshold);
}
