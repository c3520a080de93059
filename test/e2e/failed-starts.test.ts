import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { ServiceDefinition } from "#fleet";
import { closedEgress } from "../fixture/closed-egress.ts";
import { echo, googleWorkspace, mapOf } from "../stage/maps.ts";
import { operatorOf } from "../stage/operator.ts";
import { type FleetStage, openStage } from "../stage/stage.ts";
import { startTraffic } from "../stage/traffic.ts";

/** What the secret of Google's OAuth client holds before anybody has put a value. */
const placeholder = "replace-me.apps.googleusercontent.com";

function program(host: string, code: string, fields: Partial<ServiceDefinition> = {}): ServiceDefinition {
  return echo(host, { local: { command: [process.execPath, "-e", code] }, ...fields });
}

const dies = program(
  "dies",
  `console.log("x".repeat(1e6)); for (let n = 1; n <= 30; n++) console.log("line " + n);
   console.log("cannot use " + process.env.GOOGLE_OAUTH_CLIENT_ID + "\\u001b[31m"); process.exitCode = 3;`,
  { secrets: ["google-oauth"] },
);
const absent = echo("absent", { local: { command: ["no-such-program"] } });
const healthy = { google_workspace: googleWorkspace(), notes: echo("notes") };
const first = mapOf({ ...healthy, dies, absent });
const fixed = mapOf({ ...healthy, dies: echo("dies"), absent: echo("absent") });
const broken = mapOf({
  ...fixed.services,
  notes: program("notes", `console.log("the new notes end")`),
  late: program("late", `console.log("late, and gone"); process.exitCode = 1`),
});

let stage: FleetStage;
beforeAll(async () => {
  stage = await openStage(first);
});
afterAll(() => stage.close());

const pidOf = async (host: string) => (await stage.echo(stage.url(host))).pid;

async function logGroups(): Promise<readonly string[]> {
  const { logGroups: groups = [] } = await new CloudWatchLogsClient(stage.client).send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: "/ecs/" }),
  );
  return groups.flatMap(({ logGroupName }) => logGroupName ?? []);
}

// Each test continues from where the previous one left the fleet.
describe("a service that cannot start", () => {
  let said: string;

  it("[STR-3] [AWS-12] fails the first deploy with exit code and last lines, while the others run", async () => {
    vi.stubEnv("NODE_OPTIONS", closedEgress);
    const { code, lines } = await stage.run("deploy", first);
    vi.unstubAllEnvs();
    said = lines.join("\n");
    expect(said).not.toMatch(/^egress: /m);
    expect(code).not.toBe(0);
    expect(said).toMatch(/✘ dies did not start: exit code 3\n.+Essential container in task exited/);
    expect(said).toMatch(/✘ absent did not start: exec: "no-such-program": executable file not found in\s+\$PATH/);
    expect(said).toContain("./fleet logs dies --stage local --since 1h");
    for (const host of ["google", "notes"]) expect((await stage.echo(stage.url(host))).service).toBe(host);
  });

  it("[STR-3] shows twenty lines, without its secrets or anything that controls a terminal, at 80 columns", () => {
    const [report = ""] = said.slice(said.indexOf("✘ dies")).split("--since 1h");
    const lines = report.split("\n");
    expect(lines.filter((line) => line.startsWith("  | line"))).toHaveLength(19);
    expect(lines).toContain("  | cannot use •••");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(said).not.toContain(placeholder);
    expect(said).not.toContain("\u001b[31m");
  });

  it("[STR-3] is shown by fleet status with its reason, and by fleet logs in its own words", async () => {
    const fleet = operatorOf(stage, first);
    const { out } = await fleet(["status"]);
    expect(out).toMatch(/^dies +0\/1 .+ failed /m);
    expect(out).toMatch(/^absent +0\/1 .+ failed /m);
    expect(out).toContain("It did not start: exit code 3");
    const document = JSON.parse((await fleet(["status", "--json"])).out);
    const failures = document.services.map(({ key, failure }: Record<string, unknown>) => [key, failure]);
    expect(Object.fromEntries(failures)).toMatchObject({
      google_workspace: null,
      notes: null,
      dies: { kind: "down", exitCode: 3, cause: "exit code 3" },
      absent: { kind: "down", exitCode: null },
    });
    expect((await fleet(["logs", "dies", "--since", "1h"])).out).toContain("line 30");
    const previous = await fleet(["logs", "--previous", "--tail", "2", "--stage", "local"]);
    expect(previous.out.trim().split("\n")).toHaveLength(2);
  });

  it("[STR-3] starts with the next deploy once it is fixed, and nothing else is restarted", async () => {
    const pids = await Promise.all(["google", "notes"].map(pidOf));
    await stage.deploy(fixed);
    expect((await stage.echo(stage.url("dies"))).service).toBe("dies");
    expect(await Promise.all(["google", "notes"].map(pidOf))).toEqual(pids);
    expect((await operatorOf(stage, fixed)(["status"])).out).toContain("all well");
  });

  it("[STR-3] [ECS-8] is rolled back by an update with its log kept, and what ran before keeps serving", async () => {
    const pids = await Promise.all(["google", "notes", "dies"].map(pidOf));
    const traffic = startTraffic(stage, "notes", 50);
    const { code, lines } = await stage.run("deploy", broken);
    expect(code).not.toBe(0);
    expect(lines.join("\n")).toMatch(/circuit breaker/i);
    expect((await traffic.stop()).failures).toEqual([]);
    expect(lines.join("\n")).toMatch(/✘ (late|notes) did not start: exit code [01]/);
    expect(await Promise.all(["google", "notes", "dies"].map(pidOf))).toEqual(pids);
    const fleet = operatorOf(stage, broken);
    const { out } = await fleet(["status"]);
    expect(out).toMatch(/^late +none .+ failed /m);
    expect(out).toMatch(/^notes +1\/1 +1 healthy +failed, old one serves/m);
    expect((await fleet(["logs", "late", "--since", "1h"])).out).toContain("late, and gone");
    expect((await fleet(["logs", "notes", "--since", "1h"])).out).toContain("the new notes end");
  });

  it("[STR-3] [ECS-10] leaves nothing behind, not even its log, when its entry is removed", async () => {
    expect(await logGroups()).toContain("/ecs/local/mcp/late");
    await stage.deploy(mapOf(healthy));
    expect(await logGroups()).toEqual(["/ecs/local/mcp/google_workspace", "/ecs/local/mcp/notes"]);
  });
});
