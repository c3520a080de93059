/** What the operator can mend: told in one line that says what to do, with exit code 1. */
export class Failure extends Error {
  override readonly name = "Failure";
}

/** Words on the command line that do not fit: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export type ExitCode = 0 | 1 | 2;

/** What went wrong without changing it: the text of an `Error`, or the value in words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
