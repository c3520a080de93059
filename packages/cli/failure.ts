/** What the operator can fix: reported in one line that says what to do, with exit code 1. */
export class Failure extends Error {
  override readonly name = "Failure";
}

/** A mistake in the command line: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** 0, 1 or 2; `fleet shell` gives that of the command it ran, up to 255. */
export type ExitCode = number;

/** What went wrong, as it is: the text of an `Error`, or the value as text. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
