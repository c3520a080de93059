import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createLoopbackFetch } from "@mcp-fleet/endpoint";
import type { FleetDefinition } from "#fleet";
import { copyProject, type Project } from "../fixture/project.ts";
import { lastResidents } from "./residents.ts";
import { freePorts, type Start, start } from "./start.ts";

/** `npm start` as somebody has it in a terminal: up, and attended. */
export interface Attended {
  readonly project: Project;
  readonly start: Start;
  readonly endpointUrl: string;
  readonly consoleUrl: string;
  /** The public address of the service with this host. */
  url(host: string, path?: string): URL;
  /** Reaches public addresses, as browsers do. */
  readonly fetch: typeof fetch;
  /** Writes a file of the project. */
  write(name: string, text: string): Promise<void>;
  close(): Promise<void>;
}

export async function attend(map: FleetDefinition, files: Readonly<Record<string, string>> = {}): Promise<Attended> {
  const project = await copyProject();
  const write: Attended["write"] = async (name, text) => {
    const path = join(project.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  };
  await project.writeMap(map);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const one = start(project, [...freePorts, "--console-port", "0"]);
  const endpoint = await one.said("export AWS_ENDPOINT_URL=");
  await one.said("Audit events appear here");
  const [address = ""] = one.lines.flatMap((line) => line.match(/https:\/\/\S+\.mcp\.localhost:\d+/) ?? []);
  const ca = await readFile(join(project.folder, ".mcp-fleet/certificates/ca.pem"), "utf8");
  return {
    project,
    start: one,
    consoleUrl: one.lines.flatMap((line) => line.match(/^ {2}console\s+(\S+)/)?.[1] ?? [])[0] ?? "",
    endpointUrl: endpoint.match(/http:\/\/\S+/)?.[0] ?? "",
    url: (host, path = "/") => new URL(path, `https://${host}.mcp.localhost:${new URL(address).port}`),
    fetch: createLoopbackFetch(ca),
    write,
    async close() {
      one.kill("SIGINT");
      await one.exited;
      await lastResidents(project.folder, 5_000);
      await project.remove();
    },
  };
}
