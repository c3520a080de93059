/** In order: what is asked for with `--level` is that and worse. */
export const levels = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

/** A line of a log, in parts. */
export interface LogLine {
  /** `undefined` if it does not say. */
  readonly level: Level | undefined;
  readonly message: string;
  /** What is left of a JSON line, as `key=value`, in its order. */
  readonly fields: readonly string[];
  /** The HTTP request that it reports, if it does. */
  readonly request: { readonly path: string; readonly status: number } | undefined;
}

/** What frameworks call the parts of a JSON line: pino, winston, structlog, Python's logging, zap, .NET, ours. */
const messageNames = ["message", "msg", "event", "text", "log"];
const levelNames = ["level", "severity", "levelname", "lvl", "log.level"];
/** Shown once, in front, as CloudWatch has it. */
const timeNames = ["time", "timestamp", "ts", "@timestamp", "asctime", "date"];

/** Longer ones are shown as they are: a regular expression need not see them. */
const longest = 16_384;

/** Never throws: a line that is nothing special is its own message. */
export function parseLine(text: string): LogLine {
  const line = text.trimEnd();
  if (line.length > longest) return { level: undefined, message: line, fields: [], request: undefined };
  return fromJson(line) ?? fromText(line);
}

function fromJson(line: string): LogLine | undefined {
  if (!line.startsWith("{")) return undefined;
  const entries = readObject(line);
  if (entries === undefined) return undefined;
  const take = (names: readonly string[]) => entries.find(([name]) => names.includes(name.toLowerCase()));
  const [message, level] = [take(messageNames), take(levelNames)];
  const rest = entries.filter(
    (entry) => entry !== message && entry !== level && !timeNames.includes(entry[0].toLowerCase()),
  );
  const known = new Map(entries);
  return {
    level: level && levelOf(level[1]),
    message: message === undefined ? "" : textOf(message[1]),
    fields: rest.map(([name, value]) => `${name}=${textOf(value)}`),
    request: requestOf(known.get("path") ?? known.get("url"), known.get("status") ?? known.get("statusCode")),
  };
}

function readObject(line: string): readonly (readonly [string, unknown])[] | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Pino's and bunyan's levels are numbers: https://github.com/pinojs/pino/blob/main/docs/api.md#loggerlevels-object */
function levelOf(value: unknown): Level | undefined {
  if (typeof value === "number") return value >= 50 ? "error" : value >= 40 ? "warn" : value >= 30 ? "info" : "debug";
  return typeof value === "string" ? levelWords[value.toLowerCase()] : undefined;
}

const levelWords: Readonly<Record<string, Level>> = {
  trace: "debug",
  debug: "debug",
  verbose: "debug",
  info: "info",
  information: "info",
  notice: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  err: "error",
  critical: "error",
  fatal: "error",
  panic: "error",
  exception: "error",
};

function requestOf(path: unknown, status: unknown): LogLine["request"] {
  if (typeof path !== "string" || typeof status !== "number") return undefined;
  return { path: withoutQuery(path), status };
}

function withoutQuery(path: string): string {
  return path.split("?", 1)[0] ?? path;
}

/** `2026-11-29 08:00:00,123 - name - `, `[11/29/26 08:00:00] ` and the like, which repeat CloudWatch's time. */
const time = /^\[?\d{2,4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[.,\d]*(?:Z|[+-]\d\d:?\d\d)?\]?\s*(?:- )?/;
/** `ERROR:`, `[warn]`, `INFO  `, at the start. */
const level = /^\[?([A-Za-z]{3,11})\]?(?::| -|\s|$)\s*/;
/** In the middle, as Python's own example has it, and logfmt: `name - ERROR - `, `ts=1 level=error `. */
const inside = /^[\w.]{1,100} - ([A-Z]{4,8}) - |^(?:[\w.]{1,30}=\S{0,100} ){0,4}level=([A-Za-z]{4,8})\b/;
/** As uvicorn, nginx and others write it: `"GET /health HTTP/1.1" 200`. */
const access = /"[A-Z]{3,7} (\S{1,2000}) HTTP\/[\d.]+" (\d{3})/;

function fromText(line: string): LogLine {
  const text = line.replace(time, "");
  const [head = "", word = ""] = level.exec(text) ?? [];
  const [, named = "", keyed = named] = inside.exec(text) ?? [];
  const said = levelWords[word.toLowerCase()];
  // "Error: no such file" and "info about it" begin sentences: only what is marked as a level is taken off.
  const marked = said !== undefined && (word === word.toUpperCase() || head.startsWith("["));
  const [, path, status] = access.exec(text) ?? [];
  return {
    level: said !== undefined && (marked || said === "error") ? said : levelWords[keyed.toLowerCase()],
    message: marked ? text.slice(head.length) : text,
    fields: [],
    request: requestOf(path, status === undefined ? undefined : Number(status)),
  };
}

/** Whether a balancer or ECS only asked how the task is, and it was well. */
export function isHealthCheck({ request }: LogLine, path: string): boolean {
  return request !== undefined && request.path === withoutQuery(path) && request.status < 400;
}

/** What does not say how bad it is may be anything: `--level` keeps it. */
export function isAtLeast({ level: of }: LogLine, wanted: Level | undefined): boolean {
  return wanted === undefined || of === undefined || levels.indexOf(of) >= levels.indexOf(wanted);
}
