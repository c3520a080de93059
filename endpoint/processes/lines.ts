import type { Readable } from "node:stream";

/** Docker cuts a log line at 16 KiB; so a process that never breaks its line cannot fill the memory. */
const MAX_LINE = 16_384;

/** Calls back for each line of `source`, without its break; a line longer than 16 KiB arrives in pieces. */
export function readLines(source: Readable, onLine: (line: string) => void): void {
  let rest = "";
  source.setEncoding("utf8");
  source.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) emit(line.endsWith("\r") ? line.slice(0, -1) : line, onLine);
    while (rest.length >= MAX_LINE) {
      onLine(rest.slice(0, MAX_LINE));
      rest = rest.slice(MAX_LINE);
    }
  });
  source.on("end", () => {
    if (rest !== "") emit(rest, onLine);
    rest = "";
  });
}

function emit(line: string, onLine: (line: string) => void): void {
  if (line.length <= MAX_LINE) onLine(line);
  else for (let start = 0; start < line.length; start += MAX_LINE) onLine(line.slice(start, start + MAX_LINE));
}
