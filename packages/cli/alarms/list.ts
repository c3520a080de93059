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
  const alarms = which === "all" ? present : present.filter(({ state }) => state === "ALARM");
  const code = which === "firing" && alarms.length > 0 ? 1 : 0;
  if (format === "json") {
    const documents = alarms.map((alarm) => ({
      ...alarm,
      since: alarm.since === undefined ? null : new Date(alarm.since).toISOString(),
      muted: alarm.muted || muteOf(alarm, mutes) !== undefined,
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
  const rows = alarms.map((alarm) => [
    alarm.service ?? "-",
    alarm.kind ?? alarm.name,
    stateText({ ...alarm, muted: alarm.muted || muteOf(alarm, mutes) !== undefined }, terminal.paint),
    alarm.since === undefined ? "-" : formatDuration(Date.now() - alarm.since),
    thresholdText(alarm, terminal.paint),
  ]);
  for (const line of table(["SERVICE", "ALARM", "STATE", "FOR", "THRESHOLD"], rows)) terminal.print(line);
  return code;
}

function stateText({ state, muted }: AlarmFacts, paint: Paint): string {
  const text = muted ? `${state} muted` : state;
  if (state === "ALARM") return paint.red(text);
  return state === "OK" && !muted ? paint.green(text) : paint.yellow(text);
}

function thresholdText({ threshold, basis }: AlarmFacts, paint: Paint): string {
  if (threshold === undefined) return "-";
  return basis === "placeholder" ? paint.yellow(`${threshold} (placeholder)`) : String(threshold);
}
