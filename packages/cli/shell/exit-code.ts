import { randomUUID } from "node:crypto";
import { quoteWord } from "./quote.ts";

/** A command line that ends by printing its exit code, and the reader that takes that out of the output again. */
export interface Reported {
  readonly line: string;
  /** Gives what is to be shown of each piece of the output. */
  read(data: Buffer): Buffer;
  /** What was held back as it could have been the beginning of the report, and the exit code; none if it was cut off. */
  end(): { readonly rest: Buffer; readonly code: number | undefined };
}

/**
 * ECS Exec reports no exit code (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html), so the
 * task's shell prints it. A single word with spaces in it is a command line of its own.
 */
export function reportExitCode(words: readonly string[]): Reported {
  const mark = Buffer.from(`fleet-exit-${randomUUID()}:`);
  const [only = ""] = words;
  const command = words.length === 1 && /\s/.test(only) ? only : words.map(quoteWord).join(" ");
  let held: Buffer = Buffer.alloc(0);
  let reported = false;
  return {
    // In a subshell, which an `exit` ends alone.
    line: `/bin/sh -c ${quoteWord(`(${command}); printf '${mark.toString()}%d;' "$?"`)}`,
    read(data) {
      held = Buffer.concat([held, data]);
      if (reported) return Buffer.alloc(0);
      const at = held.indexOf(mark);
      reported = at >= 0;
      const shown = held.subarray(0, reported ? at : held.length - beginningOf(mark, held));
      held = held.subarray(shown.length);
      return shown;
    },
    end() {
      const [, digits] = /^fleet-exit-[\w-]+:(\d{1,3});/.exec(held.toString("latin1")) ?? [];
      return digits === undefined ? { rest: held, code: undefined } : { rest: Buffer.alloc(0), code: Number(digits) };
    },
  };
}

/** How many of the last bytes are the beginning of the mark. */
function beginningOf(mark: Buffer, data: Buffer): number {
  for (let length = Math.min(mark.length - 1, data.length); length > 0; length--)
    if (data.subarray(-length).equals(mark.subarray(0, length))) return length;
  return 0;
}
