import { execFile } from "node:child_process";
import { CreateSecretCommand, DeleteSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { createIdentities, type Endpoint, startEndpoint } from "@mcp-fleet/endpoint/core";
import { createIam } from "@mcp-fleet/endpoint/services/iam";
import { createSts } from "@mcp-fleet/endpoint/services/sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planStage, type StagePlan } from "#fleet";
import { compileCacheOf } from "#start/deployment.ts";
import { checkRemoval, checkSurroundings } from "../../stacks/deploy/preflight.ts";
import { checkCommand } from "../../stacks/deploy/sst-command.ts";
import { openEmptyCloud } from "../endpoint/empty-cloud.ts";
import { closedEgress } from "../fixture/closed-egress.ts";
import fleet from "../fixture/map.ts";
import { copyProject, type Project } from "../fixture/project.ts";
import { withStage } from "../synth/synth.ts";

const anyone = { AWS_ACCESS_KEY_ID: "AKIALOCAL", AWS_SECRET_ACCESS_KEY: "local" };
const settings = { region: "us-east-1", credentials: { accessKeyId: "AKIALOCAL", secretAccessKey: "local" } };
const nobody = { HOME: "/nonexistent", AWS_EC2_METADATA_DISABLED: "true" };

/** An AWS with only STS: any other call of a command would fail, and show. */
async function startAws(account: string): Promise<Endpoint> {
  const clock = { now: () => Date.now() };
  const identities = createIdentities({ account, clock });
  const iam = createIam({ place: { account }, clock });
  const sts = createSts({ place: { account }, clock, identities, roles: iam.roles, authorizer: iam.authorizer });
  return startEndpoint({
    port: 0,
    services: [sts.service],
    identities,
    authorizer: iam.authorizer,
    log: () => undefined,
  });
}

interface Run {
  readonly code: number | null;
  readonly output: string;
}

function sst(command: readonly string[], environment: Readonly<Record<string, string>>): Promise<Run> {
  const { PATH = "" } = process.env;
  const env = {
    PATH,
    HOME: "/tmp",
    NODE_ENV: "test",
    NODE_OPTIONS: closedEgress,
    NO_COLOR: "1",
    NODE_COMPILE_CACHE: compileCacheOf(project.folder),
    ...environment,
  };
  return new Promise((resolve) => {
    const child = execFile("node_modules/.bin/sst", command, { cwd: project.folder, env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, output: `${stdout}${stderr}`.trim() }),
    );
  });
}

let project: Project;
let own: Endpoint;
let other: Endpoint;
beforeAll(async () => {
  project = await copyProject();
  own = await startAws("573946584375");
  other = await startAws("111122223333");
});
afterAll(() => Promise.all([own.close(), other.close(), project.remove()]));

describe("sst", () => {
  it("stops a deploy without credentials with one line", async () => {
    const { code, output } = await sst(["deploy", "--stage", "prod"], nobody);
    expect(output).toMatch(/^Error: No working AWS credentials, and stage prod needs them: set AWS_PROFILE.*$/);
    expect(code).toBe(1);
  });

  it("stops a deploy to the account of another stage", async () => {
    const { code, output } = await sst(["deploy", "--stage", "prod"], { ...anyone, AWS_ENDPOINT_URL: other.url });
    expect(output).toMatch(
      /^Error: Stage prod belongs to account 573946584375, and these credentials to 111122223333\..*$/,
    );
    expect(code).toBe(1);
    expect(other.journal.entries().every(({ service }) => service === "sts")).toBe(true);
  });

  it("[FIX-2] [AWS-12] stops the removal of a protected stage before anything goes, and names the switch", async () => {
    const { code, output } = await sst(["remove", "--stage", "prod"], { ...anyone, AWS_ENDPOINT_URL: own.url });
    expect(output).toContain("Error: Stage prod is protected from deletion: stages.prod.deletionProtection is true.");
    expect(output).toContain("npx sst deploy --stage prod\n  npx sst remove --stage prod");
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
    expect(own.journal.entries().every(({ service }) => service === "sts")).toBe(true);
  });

  it.each([
    ["dev", "Use npm start, which runs the whole fleet here"],
    ["console", "Use ./fleet console --stage prod."],
  ])("[AWS-5] refuses %s on a stage that runs on AWS before anything is called", async (command, remedy) => {
    const calls = own.journal.entries().length;
    const { code, output } = await sst([command, "--stage", "prod"], { ...anyone, AWS_ENDPOINT_URL: own.url });
    expect(output).toMatch(new RegExp(`^Error: sst ${command} would .* Nothing was touched\\..*$`));
    expect(output).toContain(remedy);
    expect(code).toBe(1);
    expect(own.journal.entries()).toHaveLength(calls);
  });

  it.each(["diff", "build"])(
    "[AWS-12] leaves with 1 where %s fails behind a closed egress, and reports to nobody",
    async (command) => {
      // Without SSM and S3 neither comes to its end.
      const { code, output } = await sst([command, "--stage", "local"], { ...anyone, AWS_ENDPOINT_URL: own.url });
      expect(output).toContain("Error:");
      expect(output).not.toMatch(/^egress: /m);
      expect(code).toBe(1);
    },
  );

  it("names the profile that has no credentials", async () => {
    const { code, output } = await sst(["deploy", "--stage", "prod", "--profile", "nosuch"], nobody);
    expect(output).toMatch(
      /^Error: No working AWS credentials, and stage prod needs them: profile nosuch gives none\./,
    );
    expect(code).toBe(1);
  });

  it("[AWS-4] asks AWS what it would refuse, and creates nothing", async () => {
    const cloud = await openEmptyCloud("573946584375");
    const secrets = new SecretsManagerClient({ ...settings, endpoint: cloud.env.AWS_ENDPOINT_URL });
    for (const Name of ["/prod/mcp/splunk", "/prod/mcp/chat"]) await secrets.send(new CreateSecretCommand({ Name }));
    await secrets.send(new DeleteSecretCommand({ SecretId: "/prod/mcp/chat", RecoveryWindowInDays: 7 }));
    const { code, output } = await sst(["deploy", "--stage", "prod"], { ...anyone, ...cloud.env });
    expect(output).toContain("Stage prod cannot be deployed yet. Nothing was created.");
    expect(output).toContain("mcp/workspace:latest, which is not in ECR");
    expect(output).toContain("The secret /prod/mcp/splunk exists, and this stage did not create it.");
    expect(output).toContain("The secret /prod/mcp/chat is scheduled for deletion");
    // The endpoint does not know this one, as credentials may not be allowed to ask it.
    expect(output).toContain("Not checked, whether the quotas");
    expect(code).toBe(1);
    expect(cloud.stacks()).toEqual([]);
    secrets.destroy();
    await cloud.close();
  });

  it("[MAP-3] names the existing stages, without a stack trace", async () => {
    const { code, output } = await sst(["deploy", "--stage", "production"], nobody);
    expect(output).toMatch(/stage = "production"\s+allowed: prod, local\s+remedy: .*--stage\.$/);
    expect(code).toBe(1);
  });
});

describe("the check before a deploy", () => {
  const plan = (stage: string): StagePlan => planStage(fleet, stage);
  const nothing = { profile: undefined, region: undefined, endpointUrl: undefined };

  it("lets loopback stages be deployed to loopback only", async () => {
    const to = (endpointUrl: string | undefined) => checkSurroundings(plan("local"), { ...nothing, endpointUrl });
    await expect(to("http://127.0.0.1:4566")).resolves.toBeUndefined();
    for (const elsewhere of [undefined, "https://sts.amazonaws.com", "http://127.0.0.1.example.com", "not a URL"]) {
      await expect(to(elsewhere)).rejects.toThrow("run npm start instead");
    }
  });

  it("takes the region from the map only", async () => {
    const there = checkSurroundings(plan("prod"), { ...nothing, region: "eu-west-1" });
    await expect(there).rejects.toThrow("Stage prod is in us-east-1, not in eu-west-1.");
  });

  it("[AWS-5] knows sst dev by its older name, and lets a stage of this machine be", () => {
    expect(() => checkCommand("start", plan("prod"))).toThrow("Use npm start");
    for (const command of ["dev", "start", "console"]) expect(() => checkCommand(command, plan("local"))).not.toThrow();
  });

  it("[FIX-2] lets a stage be removed once its switch is off", () => {
    const open = planStage(withStage("prod", { deletionProtection: false }), "prod");
    expect(() => checkRemoval(open)).not.toThrow();
    expect(() => checkRemoval(plan("local"))).not.toThrow();
  });
});
