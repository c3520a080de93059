import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { type ConsoleEvent, consoleEvent } from "#console/model/event.ts";
import type { FleetStage } from "./stage.ts";

/** `fleet console` as a process of its own. */
export interface ConsoleCommand {
  /** The first line it prints. */
  readonly url: string;
  /** What it has said besides. */
  readonly said: readonly string[];
  /** As Ctrl-C does; safe to call twice. */
  interrupt(): Promise<{ readonly code: number | null; readonly said: readonly string[] }>;
}

export async function startConsoleCommand({ project, cloud, url: address }: FleetStage): Promise<ConsoleCommand> {
  const { PATH, HOME } = process.env;
  const command = ["console", "--stage", "local", "--port", "0", "--no-open"];
  const child = spawn(process.execPath, [join(project.folder, "packages/cli/main.ts"), ...command], {
    cwd: project.folder,
    env: { PATH, HOME, AWS_ENDPOINT_URL: cloud.place.endpointUrl, MCP_FLEET_HTTPS_PORT: address("any").port },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
  const exited = once(child, "close");
  const first = once(createInterface({ input: child.stdout }), "line");
  const [url] = await Promise.race([first, exited.then(() => Promise.reject(new Error(said.join("\n"))))]);
  return {
    url: String(url),
    said,
    async interrupt() {
      child.kill("SIGINT");
      await exited;
      return { code: child.exitCode, said };
    },
  };
}

/** The first event of a kind that a console sends. */
export async function firstEvent(url: string, kind: ConsoleEvent["kind"]): Promise<ConsoleEvent> {
  const response = await fetch(new URL("/events", url));
  let rest = "";
  for await (const chunk of response.body ?? []) {
    const parts = (rest + Buffer.from(chunk).toString()).split("\n\n");
    rest = parts.pop() ?? "";
    for (const part of parts.filter((one) => one.startsWith("data: "))) {
      const event = v.parse(consoleEvent, JSON.parse(part.slice(6)));
      if (event.kind === kind) return event;
    }
  }
  throw new Error(`${url} sent no ${kind}.`);
}
