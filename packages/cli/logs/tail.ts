import { setTimeout as sleep } from "node:timers/promises";
import { explainAws, isPassing } from "../aws.ts";
import { formatDuration } from "../duration.ts";
import { reasonOf } from "../failure.ts";
import { noServicesIn, type Stage } from "../stage.ts";
import { columns } from "../table.ts";
import { pollMs } from "../wait.ts";
import { isAtLeast, isHealthCheck, type Level, parseLine } from "./line.ts";
import { readMasks } from "./mask.ts";
import { dayLine, jsonOf, textOf, type View } from "./show.ts";
import { type LogEvent, readEvents, type Source } from "./source.ts";

export interface Tail extends Source {
  readonly sinceMs: number;
  /** At most so many of the lines that there are at first, the newest. */
  readonly lines: number | undefined;
  /** This and worse; lines that do not say are shown, too. */
  readonly level: Level | undefined;
  readonly healthChecks: "shown" | "hidden";
  readonly follow: boolean;
  readonly format: "text" | "json";
}

/** Events may arrive this late, after newer ones of other tasks: each look reaches back this far. */
const lateMs = 10_000;

/** Prints the logs of services in one stream, and with `follow` keeps printing new lines until Ctrl-C. */
export async function tailLogs(stage: Stage, tail: Tail): Promise<void> {
  const { terminal, signal, plan } = stage;
  if (tail.services.length === 0) return terminal.note(noServicesIn(plan));
  const unseen = createUnseen();
  const printer = createPrinter(stage, tail);
  let from = Date.now() - tail.sinceMs;
  if (tail.follow && terminal.interactive) terminal.note(terminal.paint.dim("Following the log; Ctrl-C ends it."));
  const [first, { mask, unread }] = await Promise.all([readEvents(stage, tail, from), readMasks(stage, tail)]);
  if (unread !== undefined && !signal.aborted)
    terminal.note(`Only what looks like a credential is masked. ${explainAws(unread, plan) ?? reasonOf(unread)}`);
  printer.print(mask(unseen.take(first)), tail.lines);
  while (tail.follow && !signal.aborted) {
    from = Math.max(from, unseen.newest() - lateMs);
    // The whole account shares the rate at which logs are read.
    await sleep(pollMs(plan) * Math.ceil(tail.services.length / 5), undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) printer.print(mask(unseen.take(await readAnyway(stage, tail, from))));
  }
  if (!tail.follow) printer.end(unseen.newest() > 0);
}

/** A failed look loses nothing: the next one begins where the last successful one ended, so following continues. */
async function readAnyway(stage: Stage, tail: Tail, from: number): Promise<readonly LogEvent[]> {
  const { terminal, signal, plan } = stage;
  try {
    return await readEvents(stage, tail, from);
  } catch (error) {
    if (signal.aborted || !isPassing(error)) throw error;
    terminal.progress(`${explainAws(error, plan)} Lines continue when it is back; Ctrl-C ends it.`);
    return [];
  }
}

function createPrinter({ terminal, stdout }: Stage, tail: Tail) {
  const view: View = {
    paint: terminal.paint,
    width: terminal.interactive ? Math.max(stdout.columns ?? columns, columns) : undefined,
    names: tail.services.length === 1 ? 0 : Math.max(0, ...tail.services.map(({ key }) => key.length)),
  };
  let last: number | undefined;
  let hidden = 0;
  return {
    print(events: readonly LogEvent[], atMost = events.length): void {
      const wanted = events.flatMap((event) => {
        const line = parseLine(event.text);
        const isHidden = tail.healthChecks === "hidden" && isHealthCheck(line, event.service.health.path);
        if (isHidden) hidden += 1;
        return isHidden || !isAtLeast(line, tail.level) ? [] : [{ event, line }];
      });
      for (const { event, line } of atMost === 0 ? [] : wanted.slice(-atMost)) {
        if (tail.format === "json") {
          terminal.print(jsonOf(event, line));
          continue;
        }
        for (const day of dayLine(event.at, last, view)) terminal.print(day);
        terminal.print(textOf(event, line, view));
        last = event.at;
      }
    },
    end(wrote: boolean): void {
      if (!wrote) terminal.note(emptyText(tail));
      if (hidden > 0) terminal.note(terminal.paint.dim(`${hidden} health checks hidden: --health-checks shows them.`));
    },
  };
}

const dayMs = 86_400_000;

function emptyText({ services, sinceMs, filter, task }: Tail): string {
  const [only, ...others] = services.map(({ key }) => key);
  const who = task === undefined ? "" : ` in a task ${task}`;
  const what = `${others.length === 0 ? only : "No service"} wrote ${others.length === 0 ? "nothing" : "anything"}${who}${filter === undefined ? "" : " that matches --filter"} in the last ${formatDuration(sinceMs)}`;
  return sinceMs < dayMs ? `${what}: try --since 1d.` : `${what}: fleet status shows whether it runs.`;
}

/** Looks overlap: this lets each event through once, and forgets those no longer found. */
function createUnseen() {
  const seen = new Map<string, number>();
  let newest = 0;
  return {
    newest: () => newest,
    take(events: readonly LogEvent[]): readonly LogEvent[] {
      const fresh = events.filter(({ id }) => !seen.has(id));
      for (const { id, at } of fresh) {
        seen.set(id, at);
        newest = Math.max(newest, at);
      }
      for (const [id, at] of seen) if (at < newest - lateMs) seen.delete(id);
      return fresh;
    },
  };
}
