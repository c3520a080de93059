import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { CloudWatchClient, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { harmless } from "#chat/text/harmless.ts";
import { createPaint, writable } from "#cli/paint.ts";
import { run } from "#cli/program.ts";
import { type Console, createTerminal } from "#cli/terminal.ts";
import { names } from "#fleet";
import { openEmptyCloud } from "../../endpoint/empty-cloud.ts";
import { leaves, named, readers } from "../../fixture/commands.ts";
import fixture from "../../fixture/map.ts";
import { hostile, openRefusing } from "./newcomer/refusing-endpoint.ts";

const isConsole = (value: unknown): value is Console => typeof value === "object" && value !== null && "stdin" in value;

/** What a command writes, byte by byte, to a terminal with colours or into a pipe. */
async function written(args: readonly string[], env: Readonly<Record<string, string>>, isTTY: boolean) {
  const said = { out: "", err: "" };
  const stream = (to: "out" | "err") => ({
    isTTY,
    columns: 80,
    write(text: string) {
      said[to] += text;
      return true;
    },
  });
  const console: unknown = { stdin: { isTTY: false }, stdout: stream("out"), stderr: stream("err"), env };
  if (!isConsole(console)) throw new Error("It has streams.");
  await run(args, {
    terminal: createTerminal(console),
    env,
    project: import.meta.dirname,
    readMap: async () => fixture,
    signal: AbortSignal.timeout(20_000),
    hold: (work) => work,
    stdin: Readable.from(["x"]),
    stdout: new PassThrough(),
  });
  return said;
}

/** Nothing but text, our six colours, and the line of progress that is rewritten on a terminal. */
function expectHarmless({ out, err }: { readonly out: string; readonly err: string }, isTTY: boolean): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it takes away
  const own = /\u001b\[(?:1|2|22|31|32|33|36|39)m/g;
  const rest = isTTY ? `${out}${err.replaceAll("\r\u001b[2K", "")}`.replace(own, "") : `${out}${err}`;
  expect(harmless(rest)).toBe(rest);
}

let cloud: Awaited<ReturnType<typeof openEmptyCloud>>;
let refusing: Awaited<ReturnType<typeof openRefusing>>;

beforeAll(async () => {
  cloud = await openEmptyCloud();
  refusing = await openRefusing("hostile", "000000000000");
  const settings = {
    endpoint: cloud.env.AWS_ENDPOINT_URL,
    region: "us-east-1",
    credentials: { accessKeyId: "operator", secretAccessKey: "operator" },
  };
  const logs = new CloudWatchLogsClient(settings);
  const stream = { logGroupName: names.logGroup("local", "google_workspace"), logStreamName: "ecs/app/0cc44518" };
  await logs.send(new CreateLogGroupCommand({ logGroupName: stream.logGroupName }));
  await logs.send(new CreateLogStreamCommand(stream));
  await logs.send(
    new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp: Date.now(), message: `said ${hostile}\nforged` }] }),
  );
  await new SecretsManagerClient(settings).send(
    new CreateSecretCommand({
      Name: names.secret("local", "splunk"),
      SecretString: JSON.stringify({ [`key ${hostile}`]: "x" }),
    }),
  );
  await new CloudWatchClient(settings).send(
    new PutMetricAlarmCommand({
      AlarmName: "local-mcp-google-workspace-\u202eerrors5xx",
      AlarmDescription: `Runbook: \u202e`,
      MetricName: "HTTPCode_Target_5XX_Count",
      Namespace: "AWS/ApplicationELB",
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanThreshold",
    }),
  );
});
afterAll(async () => {
  await cloud.close();
  await refusing.close();
});

const untold = new Set(["fleet console", "fleet completion"]);
const tried = leaves.filter(({ name }) => !untold.has(name));

describe.each([true, false])("[SAFE-4] where stdout is a terminal: %s", (isTTY) => {
  it.each(named(tried))("%s writes nothing that controls it, whatever AWS refuses with", async (_, { path, args }) => {
    const keys = path[1] === "set" ? ["SPLUNK_HEC_URL"] : [];
    const stage = path[0] === "help" ? [] : ["--stage", "local"];
    const said = await written([...path, ...args, ...keys, ...stage], { AWS_ENDPOINT_URL: refusing.url }, isTTY);
    expectHarmless(said, isTTY);
  });

  it("shows what is in logs, alarms and secrets without obeying it", async () => {
    const shown = [
      ["logs", "google_workspace"],
      ["alarms", "list"],
      ["secrets", "get-keys", "splunk"],
      ["secrets", "list"],
    ];
    for (const args of shown) {
      const said = await written([...args, "--stage", "local"], cloud.env, isTTY);
      expectHarmless(said, isTTY);
      if (args[0] === "logs") expect(said.out).toMatch(/^ {30}forged$/m);
      if (args[1] !== "list") expect(said.out, args.join(" ")).toContain("\\u001b[2J");
    }
    const { out } = await written(["alarms", "list", "--stage", "local"], cloud.env, isTTY);
    expect(out).toContain("-\\u202eerrors5xx");
  });

  it("keeps --json JSON, with the same meaning", async () => {
    for (const { path, args } of readers) {
      const said = await written([...path, ...args, "--stage", "local", "--json"], cloud.env, isTTY);
      expectHarmless(said, isTTY);
      if (path[0] === "logs") expect(JSON.parse(said.out)).toMatchObject({ message: `said ${hostile}\nforged` });
      if (path[1] === "get-keys") expect(said.out).toContain(JSON.stringify(hostile).slice(1, 20));
      if (said.out !== "") expect(() => JSON.parse(said.out), path.join(" ")).not.toThrow();
    }
  });
});

describe("[SAFE-4] what is written", () => {
  it("has our own colours, and no sequence of anybody else's", () => {
    const paint = createPaint(true);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const said = writable(paint.red(`${hostile}${text}${paint.bold("\u001b[31m")}`), true);
        expect(said.startsWith("\u001b[31m")).toBe(true);
        expectHarmless({ out: said, err: "" }, true);
        expect(harmless(writable(text, false))).toBe(writable(text, false));
      }),
    );
  });

  it("goes through the terminal, except the session of fleet shell, completion, and what clears the screen for --watch", () => {
    const root = join(import.meta.dirname, "../../../packages");
    const direct = globSync(["cli/**/*.ts", "console/**/*.ts", "chat/**/*.ts", "start/**/*.ts"], { cwd: root })
      .filter((file) => /\b(?:stdout|stderr)\.write\(|\bconsole\.\w+\(/.test(readFileSync(join(root, file), "utf8")))
      .toSorted();
    // Completion, which must not wait for the terminal to load, makes its words harmless itself.
    expect(direct).toEqual([
      "cli/completion/answer.ts",
      "cli/shell/shell.ts",
      "cli/terminal.ts",
      "cli/watch.ts",
      "start/output.ts",
    ]);
  });
});
