import type { Readable } from "node:stream";
import { Complaint } from "../audit/complaint.ts";
import type { Log } from "../log.ts";
import { pauseForSecond, readLines } from "./lines.ts";

const mostLines = 50;
/** A server that writes even more waits, as reading it would take all of the processor. */
const mostRead = 5_000;
const longestLine = 64 * 2 ** 10;
const shown = 4_000;

/** Passes on a server's own log, line by line. One that writes without end fills no log. */
export function passOnLog(stderr: Readable, log: Log, onFlood: () => void): void {
  const complaint = new Complaint(log);
  let second = 0;
  let lines = 0;
  const take = (line: string): void => {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) [second, lines] = [now, 0];
    lines += 1;
    if (lines <= mostLines) log.info(line.slice(0, shown), { stream: "stderr" });
    else if (lines === mostLines + 1) {
      onFlood();
      complaint.log(`The server writes more than ${mostLines} lines a second to its log: the rest is dropped.`, {});
    } else if (lines === mostRead) pauseForSecond(stderr);
  };
  readLines(stderr, longestLine, take, () => undefined);
}
