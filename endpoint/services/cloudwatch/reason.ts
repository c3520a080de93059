import type { Alarm, MetricAlarmDefinition, StateValue } from "./alarm.ts";
import { breaches, type Datapoint, type Verdict } from "./evaluation.ts";

export const initialReason = "Unchecked: Initial alarm creation";

/** Why an alarm is in its state, in CloudWatch's own words, which chats and people parse. */
export function reasonFor(definition: MetricAlarmDefinition, verdict: Verdict): string {
  const { evaluated, filled, state } = verdict;
  if (state === "INSUFFICIENT_DATA")
    return `Insufficient Data: ${count(filled, "datapoint")} ${filled === 1 ? "was" : "were"} unknown.`;
  const real = evaluated.filter((datapoint) => datapoint.value !== undefined);
  if (real.length === 0) {
    const periods = count(definition.evaluationPeriods, "period");
    return `Threshold Crossed: no datapoints were received for ${periods} and ${treated(definition, filled)}.`;
  }
  const crossing = real.filter(
    ({ value }) => value !== undefined && breaches(definition, value) === (state === "ALARM"),
  );
  const parts = [
    ...(crossing.length > 0 ? [crossed(definition, crossing, state)] : []),
    ...(filled > 0 && isFilled(definition) ? [treated(definition, filled)] : []),
  ];
  return `Threshold Crossed: ${parts.join(" and ")}${minimum(definition, state)}.`;
}

/** The same as data: the `reasonData` of the event and of `DescribeAlarms`, JSON text. */
export function reasonDataFor(definition: MetricAlarmDefinition, verdict: Verdict, now: number): string {
  const real = verdict.evaluated.filter((datapoint) => datapoint.value !== undefined);
  const oldest = real.at(-1);
  const { watched, period, threshold } = definition;
  const fields = [
    ["version", JSON.stringify("1.0")],
    ["queryDate", JSON.stringify(timestamp(now))],
    ...(oldest === undefined ? [] : [["startDate", JSON.stringify(timestamp(oldest.at))]]),
    ...(watched.kind === "metric" && watched.reference.unit !== undefined
      ? [["unit", JSON.stringify(watched.reference.unit)]]
      : []),
    ...(watched.kind === "metric" ? [["statistic", JSON.stringify(watched.reference.stat)]] : []),
    ["period", String(period)],
    [
      "recentDatapoints",
      `[${real
        .map(({ value }) => decimal(value ?? 0))
        .reverse()
        .join(",")}]`,
    ],
    ["threshold", decimal(threshold)],
    ["evaluatedDatapoints", `[${verdict.evaluated.map(evaluatedDatapoint).join(",")}]`],
  ];
  return `{${fields.map(([name, value]) => `"${name}":${value}`).join(",")}}`;
}

/** As in "… transitioned to ALARM at Friday 22 July, 2022 15:57:45 UTC". */
export function compositeReason({ arn, state }: Alarm): string {
  return `${arn} transitioned to ${state.value} at ${longDate(state.updatedAt)}`;
}

/** The alarms that made a composite one change, JSON text. */
export function compositeReasonData(triggers: readonly Alarm[]): string {
  const triggeringAlarms = triggers.map(({ arn, state }) => ({
    arn,
    state: { value: state.value, timestamp: timestamp(state.updatedAt) },
  }));
  return JSON.stringify({ triggeringAlarms });
}

/** `2026-11-23T01:30:00.000+0000`: CloudWatch writes the zone as an offset. */
export function timestamp(at: number): string {
  return new Date(at).toISOString().replace("Z", "+0000");
}

/** Numbers as Java prints them: always with a fraction, 1.0E10 from ten million on. */
export function decimal(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) {
    const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
    return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** As in `(23/11/26 01:30:00)`: day first, UTC. */
function shortDate(at: number): string {
  const [date = "", time = ""] = new Date(at).toISOString().split("T");
  const [year = "", month = "", day = ""] = date.split("-");
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
}

function longDate(at: number): string {
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" }).format(at);
  const date = new Date(at).toISOString();
  const [weekday, month] = [part({ weekday: "long" }), part({ month: "long" })];
  return `${weekday} ${date.slice(8, 10)} ${month}, ${date.slice(0, 4)} ${date.slice(11, 19)} UTC`;
}

function evaluatedDatapoint({ at, value, sampleCount }: Datapoint): string {
  const fields = [`"timestamp":"${timestamp(at)}"`];
  if (value !== undefined && sampleCount !== undefined) fields.push(`"sampleCount":${decimal(sampleCount)}`);
  if (value !== undefined) fields.push(`"value":${decimal(value)}`);
  return `{${fields.join(",")}}`;
}

function crossed(definition: MetricAlarmDefinition, real: readonly Datapoint[], state: StateValue): string {
  const listed = real.map(({ at, value }) => `${decimal(value ?? 0)} (${shortDate(at)})`).join(", ");
  const verb = real.length === 1 ? "was" : "were";
  const not = state === "ALARM" ? "" : "not ";
  const amount =
    definition.datapointsToAlarm === undefined
      ? count(real.length, "datapoint")
      : `${real.length} out of the last ${definition.evaluationPeriods} datapoints`;
  return `${amount} [${listed}] ${verb} ${not}${comparisonWords(definition)} the threshold (${decimal(definition.threshold)})`;
}

function comparisonWords({ comparison }: MetricAlarmDefinition): string {
  switch (comparison) {
    case "GreaterThanThreshold":
      return "greater than";
    case "GreaterThanOrEqualToThreshold":
      return "greater than or equal to";
    case "LessThanThreshold":
      return "less than";
    case "LessThanOrEqualToThreshold":
      return "less than or equal to";
  }
}

function isFilled({ treatMissingData }: MetricAlarmDefinition): boolean {
  return treatMissingData === "breaching" || treatMissingData === "notBreaching";
}

function treated({ treatMissingData }: MetricAlarmDefinition, filled: number): string {
  const as = treatMissingData === "breaching" ? "Breaching" : "NonBreaching";
  return `${count(filled, "missing datapoint")} ${filled === 1 ? "was" : "were"} treated as [${as}]`;
}

/** How many datapoints it takes to change the state: only alarms that set "datapoints to alarm" show it. */
function minimum({ datapointsToAlarm, evaluationPeriods }: MetricAlarmDefinition, state: StateValue): string {
  if (datapointsToAlarm === undefined) return "";
  const needed = state === "ALARM" ? datapointsToAlarm : evaluationPeriods - datapointsToAlarm + 1;
  const transition = state === "ALARM" ? "OK -> ALARM" : "ALARM -> OK";
  return ` (minimum ${count(needed, "datapoint")} for ${transition} transition)`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
