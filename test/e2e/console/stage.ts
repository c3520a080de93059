import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from "@aws-sdk/client-cloudformation";
import { browserPath } from "@mcp-fleet/testing/programs.ts";
import { type Browser, chromium } from "playwright-core";
import { type Console, openConsole } from "#console/server.ts";
import type { FleetView } from "#console/view.ts";
import { type FleetDefinition, planStage } from "#fleet";
import { createConsoleView } from "#start/console-view.ts";
import { clientSettings, type LocalFleet, openFleet } from "#start/fleet.ts";
import fixture from "../../fixture/map.ts";
import { echo } from "../../stage/maps.ts";
import { template } from "./template.ts";

const map: FleetDefinition = {
  ...fixture,
  secrets: {
    ...fixture.secrets,
    greeting: { description: "What echo says first", keys: { GREETING: { placeholder: "hello" } } },
  },
  services: { echo: echo("echo", { oauth: "owner", secrets: ["greeting"] }) },
};

/** A fleet of one service on this machine, its console, and a browser in front of it. */
export interface ConsoleStage {
  readonly fleet: LocalFleet;
  readonly console: Console;
  /** As for a stage on AWS: read-only, and nothing reports what happens between two readings. */
  readonly lookout: Console;
  /** The console of another stage, with what this view reports. */
  lookoutOf(view: FleetView): Promise<Console>;
  readonly browser: Browser;
  /** For AWS SDK clients, as an operator has them. */
  readonly client: ReturnType<typeof clientSettings>;
  /** A task definition whose container ends as soon as it starts. */
  readonly broken: string;
  /** Calls a tool as an MCP client does; what the service makes of it is no matter. */
  call(tool: string): Promise<void>;
  /** Resolves with the status of the balancer's answer. */
  visit(path: string, host?: string): Promise<number>;
  close(): Promise<void>;
}

export async function openConsoleStage(): Promise<ConsoleStage> {
  const projectRoot = await mkdtemp(join(tmpdir(), "console-"));
  const plan = planStage(map, "local");
  const ports = { endpoint: 0, https: 0, http: 0 };
  const fleet = await openFleet({ plan, projectRoot, ports, log: () => undefined });
  const client = clientSettings(fleet.cloud);
  const { view, actions } = createConsoleView(fleet, () => plan);
  const { subscribe: _, splunkRefusesUntil: __, silences: ___, ...states } = view;
  const [outputs, browser, opened, lookout] = await Promise.all([
    deploy(client),
    chromium.launch({ executablePath: browserPath ?? "", args: ["--no-sandbox"] }),
    openConsole({ port: 0, view, actions, intervalMs: () => 250 }),
    openConsole({ port: 0, view: states }),
  ]);
  const others: Console[] = [];
  const port = fleet.cloud.elbv2.localPort(outputs.Balancer ?? "", 80);
  return {
    fleet,
    console: opened,
    lookout,
    async lookoutOf(other) {
      const another = await openConsole({ port: 0, view: other });
      others.push(another);
      return another;
    },
    browser,
    client,
    broken: outputs.Broken ?? "",
    async call(name) {
      const headers = { host: "echo.mcp.localhost", "content-type": "application/json" };
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: {} } });
      await new Promise((resolve, reject) => {
        const sent = request({ host: "127.0.0.1", port, path: "/mcp", method: "POST", headers }, (response) =>
          response.resume().on("end", resolve),
        );
        sent.on("error", reject).end(body);
      });
    },
    visit: (path, host = "echo.mcp.localhost") =>
      new Promise((resolve, reject) => {
        const sent = request({ host: "127.0.0.1", port, path, headers: { host } }, (response) => {
          response.resume().on("end", () => resolve(response.statusCode ?? 0));
        });
        sent.on("error", reject).end();
      }),
    async close() {
      await Promise.all([browser, opened, lookout, fleet, ...others].map((one) => one.close()));
      await rm(projectRoot, { recursive: true, force: true });
    },
  };
}

async function deploy(client: ReturnType<typeof clientSettings>): Promise<Readonly<Record<string, string>>> {
  const cloudFormation = new CloudFormationClient(client);
  const StackName = "console";
  await cloudFormation.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: JSON.stringify(template),
      Capabilities: ["CAPABILITY_NAMED_IAM"],
    }),
  );
  const wait = { client: cloudFormation, maxWaitTime: 20, minDelay: 0.2, maxDelay: 0.2 };
  await waitUntilStackCreateComplete(wait, { StackName });
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  const outputs = Stacks[0]?.Outputs ?? [];
  return Object.fromEntries(outputs.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]));
}
