import { fileURLToPath } from "node:url";
import type { FleetDefinition, ServiceDefinition } from "#fleet";
import fixture from "../fixture/map.ts";

const program = fileURLToPath(new URL("./echo.ts", import.meta.url));

/** How an echo server of this name is started. */
export function echoCommand(name: string): readonly [string, ...string[]] {
  return [process.execPath, program, name];
}

/** An entry whose tasks are echo servers. */
export function echo(host: string, fields: Partial<ServiceDefinition> = {}): ServiceDefinition {
  return {
    host,
    image: "registry.example.com/mcp/echo:1.0.0",
    port: 8000,
    cpu: 256,
    memory: 512,
    local: { command: echoCommand(host) },
    ...fields,
  };
}

/** The fixture's `google_workspace`, with everything the fleet gives it, as an echo server. */
export function googleWorkspace(fields: Partial<ServiceDefinition> = {}): ServiceDefinition {
  const entry = fixture.services.google_workspace;
  if (entry === undefined) throw new Error("The fixture has no google_workspace.");
  return { ...entry, local: { command: echoCommand("google") }, ...fields };
}

/** The fixture with these services in place of its own. */
export function mapOf(services: FleetDefinition["services"]): FleetDefinition {
  return { ...fixture, services };
}
