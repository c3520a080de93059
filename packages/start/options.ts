import { parseArgs } from "node:util";
import { consolePort } from "#fleet/chat-plan.ts";

/** What `npm start` was asked for. */
export interface StartOptions {
  /** `stay` until Ctrl-C, or `exit` after probing everything. */
  readonly mode: "stay" | "exit";
  /** Whether a saved map, and a service's saved code, reach the fleet that stays. */
  readonly watch: boolean;
  /** Where to write the report of the steps. */
  readonly reportFile: string | undefined;
  readonly ports: {
    readonly endpoint: number;
    readonly https: number;
    readonly http: number;
    readonly console: number;
    readonly chats: number;
  };
}

export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const usage = `Usage: npm start -- [options]

Runs the whole fleet on this machine: the real \`sst deploy\` against an
AWS-compatible endpoint on 127.0.0.1, and every service behind its balancer.
Stays up until Ctrl-C; meanwhile a saved fleet.config.ts is deployed, and a
service whose code was saved gets new tasks.

  --exit               probe every service with an MCP client, then leave:
                       0 on success, 1 on failure
  --no-watch           leave the fleet as it is when files are saved
  --json FILE          write {"steps":[{"id","ok","ms","detail"}]} to FILE
  --endpoint-port N    the AWS-compatible endpoint       (default 4577)
  --https-port N       the balancer's HTTPS listener     (default 8443)
  --http-port N        the balancer's HTTP listener      (default 8080)
  --console-port N     the console, a live page          (default 8090)
  --chats-port N       the page of the chats             (default 8092)
  --help               this text`;

/** Throws `UsageError` for what it does not know. `help` when that is all that was wanted. */
export function parseOptions(args: readonly string[]): StartOptions | "help" {
  const values = parse(args);
  if (values.help === true) return "help";
  return {
    mode: values.exit === true ? "exit" : "stay",
    watch: values["no-watch"] !== true,
    reportFile: values.json,
    ports: {
      endpoint: port("--endpoint-port", values["endpoint-port"], 4577),
      https: port("--https-port", values["https-port"], 8443),
      http: port("--http-port", values["http-port"], 8080),
      console: port("--console-port", values["console-port"], consolePort),
      chats: port("--chats-port", values["chats-port"], 8092),
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        exit: { type: "boolean" },
        "no-watch": { type: "boolean" },
        json: { type: "string" },
        "endpoint-port": { type: "string" },
        "https-port": { type: "string" },
        "http-port": { type: "string" },
        "console-port": { type: "string" },
        "chats-port": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function port(option: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new UsageError(`${option} ${text}: a port is a whole number from 1 to 65535; 0 picks a free one.`);
}
