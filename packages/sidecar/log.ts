export type Level = "debug" | "info" | "warn" | "error";
export type Fields = Readonly<Record<string, string | number | boolean | null | readonly string[] | undefined>>;

/** Structured logging: one JSON object per line. Callers pass names and counts, never a token, a value or content. */
export type Log = Readonly<Record<Level, (message: string, fields?: Fields) => void>>;

export type LineSink = (line: string) => void;

/** `base` fields are on every line, such as the service's name. */
export function createLog(sink: LineSink, base: Fields = {}, now: () => Date = () => new Date()): Log {
  const write =
    (level: Level) =>
    (message: string, fields: Fields = {}): void =>
      sink(JSON.stringify({ time: now().toISOString(), level, message, ...base, ...fields }));
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

export const silent: Log = createLog(() => undefined);

/** What went wrong, in one line and without a stack: a stack may quote arguments. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `${error.message || error.name}${cause}`;
}
