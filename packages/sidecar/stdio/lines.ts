import type { Readable } from "node:stream";

/**
 * Lines of a stream, however they are cut, until it is paused. A line that is too long is dropped as it comes.
 * @param onTooLong called once for each such line
 */
export function readLines(
  stream: Readable,
  mostBytes: number,
  onLine: (line: string) => void,
  onTooLong: () => void,
): void {
  let parts: Buffer[] = [];
  let bytes = 0;
  let dropping = false;

  const add = (part: Buffer): void => {
    bytes += part.length;
    if (dropping) return;
    if (bytes > mostBytes) {
      dropping = true;
      parts = [];
      onTooLong();
    } else if (part.length > 0) parts.push(part);
  };
  const end = (): void => {
    if (!dropping && bytes > 0) onLine(Buffer.concat(parts).toString("utf8").replace(/\r$/, ""));
    parts = [];
    bytes = 0;
    dropping = false;
  };

  stream.on("data", (chunk: Buffer) => {
    let rest = chunk;
    for (let at = rest.indexOf(10); at !== -1; at = rest.indexOf(10)) {
      add(rest.subarray(0, at));
      end();
      rest = rest.subarray(at + 1);
      // Whoever takes them may have had enough: a piece of some KB is thousands of short lines.
      if (!stream.isPaused()) continue;
      if (rest.length > 0) stream.unshift(rest);
      return;
    }
    add(rest);
  });
  stream.once("end", end);
}

/** Reads no more in this second. */
export function pauseForSecond(stream: Readable): void {
  stream.pause();
  setTimeout(() => stream.resume(), 1_000 - (performance.now() % 1_000)).unref();
}
