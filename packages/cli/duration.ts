import { UsageError } from "./failure.ts";

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `15m`, `2h`, `1d` in milliseconds, as `aws logs tail --since` writes them. Throws `UsageError`. */
export function parseDuration(option: string, text: string): number {
  const [, amount, unit = ""] = /^(\d+)([smhdw])$/.exec(text) ?? [];
  const factor = units[unit];
  if (amount === undefined || factor === undefined)
    throw new UsageError(`${option} ${text}: use a number and a unit (s, m, h, d or w), such as 15m or 2h.`);
  return Number(amount) * factor;
}

/** Milliseconds in the largest unit that is precise enough: `40 s`, `12 min`, `3 h`, `9 days`. */
export function formatDuration(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}
