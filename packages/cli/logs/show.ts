import { fold } from "../table.ts";
import type { Paint } from "../terminal.ts";
import type { Level, LogLine } from "./line.ts";
import type { LogEvent } from "./source.ts";

export interface View {
  readonly paint: Paint;
  /** Characters in a line of the terminal; `undefined` for a pipe or a file, where each line stands for itself. */
  readonly width: number | undefined;
  /** Width of the column with the services' names; 0 when there is one service. */
  readonly names: number;
}

const day = (at: number) => new Date(at).toISOString().slice(0, 10);
/** The zone that `aws logs tail` and the console have, too. */
const clock = (at: number) => `${new Date(at).toISOString().slice(11, 19)}Z`;

/** On a terminal the day stands once, in front of its first line. */
export function dayLine(at: number, before: number | undefined, { paint, width }: View): readonly string[] {
  if (width === undefined) return [];
  return before !== undefined && day(before) === day(at) ? [] : [paint.dim(`── ${day(at)} UTC`)];
}

/**
 * Time, task, message, then fields. Errors and warnings are folded where they are longer than a line; of the rest, what
 * does not fit is cut, which `--json` shows in full.
 */
export function textOf(event: LogEvent, line: LogLine, { paint, width, names }: View): string {
  const service = names === 0 ? "" : ` ${event.service.key.padEnd(names)}`;
  const time = width === undefined ? `${day(event.at)} ${clock(event.at)}` : clock(event.at);
  const head = `${time}${service} ${event.task.slice(0, 8)}`;
  const rows = layOut(line, width === undefined ? undefined : width - head.length - 1);
  const shown = rows.map((row) => colored(row, line.level, paint));
  // Further lines are indented under the first, so that none looks like an event of its own.
  return `${paint.dim(head)} ${shown.join(`\n${" ".repeat(head.length + 1)}`)}`;
}

function layOut({ level, message, fields }: LogLine, room: number | undefined): readonly string[] {
  const whole = [message, ...fields].filter((part) => part !== "").join("  ");
  const rows = whole.split("\n");
  if (room === undefined) return rows;
  return level === "error" || level === "warn"
    ? rows.flatMap((row) => fold(row, room))
    : rows.map((row) => (row.length > room ? `${row.slice(0, room - 1)}…` : row));
}

function colored(text: string, level: Level | undefined, paint: Paint): string {
  switch (level) {
    case "error":
      return paint.red(text);
    case "warn":
      return paint.yellow(text);
    case "debug":
      return paint.dim(text);
    case "info":
    case undefined:
      return text;
  }
}

/** One JSON object: the line as it was written, and what it says in parts. */
export function jsonOf(event: LogEvent, { level }: LogLine): string {
  return JSON.stringify({
    time: new Date(event.at).toISOString(),
    service: event.service.key,
    task: event.task,
    level: level ?? null,
    message: event.text,
  });
}
