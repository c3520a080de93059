import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { takePort } from "@mcp-fleet/loopback/ports.ts";
import { describe, expect, it, vi } from "vitest";
import { defineFleet, planStage, type ServicePlan } from "#fleet";
import fixture from "../../fixture/map.ts";

const image = "registry.example.com/mcp/x:1";
const entry = { host: "x", image, port: 8001, cpu: 256, memory: 512 };
const started = (changes: object, stage: "prod" | "local"): ServicePlan => {
  const [plan] = planStage(defineFleet({ ...fixture, services: { x: { ...entry, ...changes } } }), stage).services;
  if (plan === undefined) throw new Error("The map has a service.");
  return plan;
};

describe("[MCP-4] entryPoint and command", () => {
  const entryPoint = ["npx", "-y", "notion"] as const;
  const command = ["--port", "$PORT", `--url=\${PUBLIC_URL}/mcp`, "--price=$5"] as const;
  const both = { entryPoint, command, environment: { PUBLIC_URL: "{url}" } };

  it("reach the task on AWS with the values of variables that the map knows", () => {
    const { entryPoint: program, command: args, environment } = started(both, "prod");
    expect(program).toEqual(entryPoint);
    expect(args).toEqual(["--port", "8001", "--url=https://x.mcp.themailworks.com/mcp", "--price=$5"]);
    expect(environment.PORT).toBe("8001");
  });

  it("run on this machine as they do there, on the port that the task gets", () => {
    const { localCommand, desiredCount } = started(both, "local");
    const url = "--url=https://x.mcp.localhost:8443/mcp";
    expect({ localCommand, desiredCount }).toEqual({
      localCommand: [...entryPoint, "--port", "$PORT", url, "--price=$5"],
      desiredCount: 1,
    });
  });

  it("give way on this machine to a local.command, and say nothing of it alone", () => {
    expect(started({ ...both, local: { command: ["node", "x.ts"] } }, "local").localCommand).toEqual(["node", "x.ts"]);
    expect(started({ command: ["--http"] }, "local")).toMatchObject({ localCommand: undefined, desiredCount: 0 });
  });

  it("leave to a shell what the map does not know", () => {
    const shell = { command: ["sh", "-c", "exec server --port $PORT --home $HOME"] };
    expect(started(shell, "prod").command).toEqual(["sh", "-c", "exec server --port 8001 --home $HOME"]);
  });
});

it("[MCP-4] the example starts as its task definition says: what its image has, in the folder that it works in", async () => {
  const everything = planStage(fixture, "local").services.find(({ key }) => key === "everything");
  const [program = "", ...args] = everything?.command ?? [];
  const image = dirname(fileURLToPath(import.meta.resolve("@modelcontextprotocol/server-everything/package.json")));
  const port = await takePort();
  const task = spawn(program, args, {
    cwd: image,
    env: { PATH: process.env.PATH, PORT: String(port) },
    stdio: "ignore",
  });
  try {
    const health = `http://127.0.0.1:${port}${everything?.health.path}`;
    const status = await vi.waitFor(async () => (await fetch(health)).status, { timeout: 20_000, interval: 100 });
    expect(String(status)).toBe(everything?.health.codes);
  } finally {
    task.kill("SIGKILL");
  }
});
