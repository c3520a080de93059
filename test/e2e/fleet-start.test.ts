import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { needs } from "@mcp-fleet/testing/programs.ts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { copyProject, type Project } from "../fixture/project.ts";
import { echo, googleWorkspace, mapOf } from "../stage/maps.ts";
import { canListResidents, lastResidents, residentsOf } from "../stage/residents.ts";
import { freePorts, type Start, start } from "../stage/start.ts";

let project: Project;
const started: Start[] = [];
beforeAll(async () => {
  project = await copyProject();
});
afterEach(async () => {
  for (const { kill, exited } of started.splice(0)) {
    kill("SIGKILL");
    await exited;
  }
});
afterAll(async () => {
  await lastResidents(project.folder, 5_000);
  await project.remove();
});

function begin(...args: readonly string[]): Start {
  const one = start(project, args);
  started.push(one);
  return one;
}

describe("npm start -- --exit", () => {
  it("deploys the fixture, checks every service and exits with 0", async () => {
    const { exited, lines } = begin("--exit", "--json", "out.json", ...freePorts);
    const { code } = await exited;
    expect(code, lines.join("\n")).toBe(0);
    const report = JSON.parse(await readFile(join(project.folder, "out.json"), "utf8"));
    const of = (field: "id" | "ok" | "ms" | "detail") =>
      report.steps.map((step: Record<string, unknown>) => step[field]);
    const services = ["google_workspace", "everything"];
    expect(of("id")).toEqual(
      expect.arrayContaining([
        ...["endpoint", "deploy", "secrets"],
        ...services.map((key) => `service:${key}`),
        ...services.map((key) => `mcp:${key}`),
      ]),
    );
    expect(new Set(of("ok"))).toEqual(new Set([true]));
    expect(of("ms").every(Number.isInteger)).toBe(true);
    expect(of("detail").every((detail: unknown) => typeof detail === "string" && detail !== "")).toBe(true);
    if (canListResidents) expect(await residentsOf(project.folder)).toEqual([]);
  });

  it.each(["--endpoint-port", "--https-port"])(
    "says in one line that the port of %s is taken, and exits with 1",
    async (option) => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const ports = freePorts.map((word, at) => (freePorts[at - 1] === option ? String(port) : word));
      const { exited, lines } = begin("--exit", ...ports);
      const { code } = await exited;
      server.close();
      expect(code).toBe(1);
      expect(lines.filter((line) => line.includes(String(port)))).toEqual([
        expect.stringContaining(`Port ${port} is in use by another program. Choose another: npm start -- ${option}`),
      ]);
      expect(lines.filter((line) => /^\s+at /.test(line))).toEqual([]);
    },
  );

  it("refuses an option it does not know with exit code 2, and lists those it knows", async () => {
    const { exited, lines } = begin("--bogus");
    expect((await exited).code).toBe(2);
    expect(lines[0]).toContain("--bogus");
    expect(lines.join("\n")).toContain("Usage: npm start -- [options]");
  });
});

describe("a start that is killed during its deploy", needs("/proc"), () => {
  it.each([
    // `sst` alone, and with it the functions and the cache it has deployed by then.
    ["SIGINT", "local-mcp-fleet-Network", ["sst"]],
    ["SIGKILL", "local-mcp-fleet-Secrets", ["sst", "lambda/bootstrap.mjs"]],
  ] as const)("leaves no process behind after %s at %s", async (signal, stack, living) => {
    const { said, kill, exited } = begin(...freePorts);
    await said(stack);
    const commands = (await residentsOf(project.folder)).map(({ command }) => command);
    for (const one of living) expect(commands).toContainEqual(expect.stringContaining(one));
    kill(signal);
    const end = await exited;
    expect(end).toEqual(signal === "SIGKILL" ? { code: null, signal } : { code: 1, signal: null });
    expect(await lastResidents(project.folder, signal === "SIGKILL" ? 5_000 : 0)).toEqual([]);
  });
});

describe("npm start with a map whose service cannot start", () => {
  it("[STR-3] says why, runs the others, and stays up until Ctrl-C", async () => {
    const dies = echo("dies", {
      local: { command: [process.execPath, "-e", "console.log('my last words');process.exit(3)"] },
    });
    await project.writeMap(mapOf({ google_workspace: googleWorkspace(), dies }));
    const { said, lines, kill, exited } = begin(...freePorts, "--console-port", "0");
    await said("The fleet is up in part.");
    expect(await said("  console ")).toMatch(/ {2}console +http/);
    const all = lines.join("\n");
    expect(all).toMatch(/✘ dies did not start: exit code 3[\s\S]+\| my last words/);
    expect(all).toMatch(/✔ google_workspace: https/);
    kill("SIGINT");
    expect(await exited).toEqual({ code: 1, signal: null });
  });
});
