import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { journey } from "@mcp-fleet/testing/journey.ts";
import { needs } from "@mcp-fleet/testing/programs.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FleetDefinition } from "#fleet";
import type { Block } from "../docs/blocks.ts";
import { commandsOf } from "../docs/commands.ts";
import { operatorOf } from "../stage/operator.ts";
import {
  awsCliVersion,
  hasRedisCli,
  hasSessionManagerPlugin,
  missingPrograms,
  recipeEnvironment,
  runRecipe,
} from "../stage/recipes.ts";
import type { FleetStage } from "../stage/stage.ts";
import { busyOf, deploymentsOf, fleetMessages, serviceOf, tailedMessages, targetsOf } from "./docs/answers.ts";
import { alreadyRun, blocksOf, documents, guide, isDeploy, openDocumented } from "./docs/documented.ts";
import { type Keyboard, keys, sitAt } from "./docs/keyboard.ts";
import { createReader } from "./docs/reader.ts";
import { secretRecipes, seed } from "./docs/seed.ts";

let stage: FleetStage;
let map: FleetDefinition;
let problems: readonly (readonly [string, string])[];
let fleet: ReturnType<typeof operatorOf>;

beforeAll(async () => {
  ({ stage, map, problems } = await openDocumented());
  fleet = operatorOf(stage, map);
});
afterAll(() => stage.close());

/** Until no service rolls, and none is about to: the fleet rolls by itself what uses a secret that was changed. */
async function awaitQuiet(): Promise<void> {
  await vi.waitFor(async () => expect(busyOf(await status())).toEqual([]), { timeout: 60_000, interval: 250 });
}

const env = { FLEET_STAGE: "prod" };
const status = async () => (await fleet(["status", "--json"], { env })).out;
const statusOf = async (key: string) => serviceOf(await status(), key);

const key = "google_workspace";
/** Version 1 has no `logs tail`. */
const newAws = awsCliVersion > 1 ? { timeout: 240_000 } : { skip: true, meta: { missing: "aws" } };

describe("the AWS CLI", () => {
  /** Each as its own service answers: by query, JSON and CBOR, refusals included. */
  it("reads what every kind of service answers", needs("aws"), async () => {
    const ask = async (line: string) => (await runRecipe(stage, `aws ${line} --output text`)).trim();
    const account = await ask("sts get-caller-identity --query Account");
    const role = `cdk-hnb659fds-deploy-role-${account}-us-east-1`;
    expect(await ask(`iam get-role --role-name ${role} --query Role.Arn`)).toBe(`arn:aws:iam::${account}:role/${role}`);
    expect(await ask("ssm get-parameter --name /cdk-bootstrap/hnb659fds/version --query Parameter.Value")).toMatch(
      /^\d+$/,
    );
    const alarm = "prod-mcp-google-workspace-errors5xx";
    expect(await ask(`cloudwatch describe-alarms --alarm-names ${alarm} --query MetricAlarms[].AlarmName`)).toBe(alarm);
    await expect(ask("cloudwatch set-alarm-state --alarm-name none --state-value OK --state-reason x")).rejects.toThrow(
      "(ResourceNotFound)",
    );
    await expect(ask("ecr describe-repositories --repository-names none")).rejects.toThrow(
      "RepositoryNotFoundException",
    );
  });
});

journey("[RUN-1] [RUN-2] [RUN-3] [RUN-4] [RUN-5] [RUN-6] the recipes of the seed, and their fleet form,", newAws, {
  async "name the same targets, states and tasks"() {
    await awaitQuiet();
    const printed = targetsOf(await runRecipe(stage, seed.targetHealth));
    expect(printed).toMatchObject([{ state: "healthy" }]);
    expect((await statusOf(key)).targets).toEqual(printed);
    const [list = ""] = seed.shell.split("\n\n");
    const task = (await runRecipe(stage, `${list}\necho "$TASK"`)).trim();
    expect((await statusOf(key)).tasks.map(({ arn }) => arn)).toEqual([task]);
  },

  async "roll the service, and name the same deployments"() {
    const deployments = async () => deploymentsOf(await runRecipe(stage, seed.deployments));
    const before = await deployments();
    expect((await statusOf(key)).deployments).toEqual(before);

    const [rolled, old] = JSON.parse(await runRecipe(stage, seed.redeploy)).service.deployments;
    expect({ rolled, old }).toMatchObject({ rolled: { status: "PRIMARY" }, old: { id: before[0]?.id } });
    expect((await statusOf(key)).deployments.map(({ id }) => id)).toContain(rolled.id);
    await awaitQuiet();

    expect((await fleet(["redeploy", key, "--wait"], { env })).code).toBe(0);
    const after = await deployments();
    expect(after.map(({ id }) => id)).not.toContain(rolled.id);
    expect(after).toEqual([{ ...before[0], id: after[0]?.id }]);
    expect((await statusOf(key)).deployments).toEqual(after);
  },

  async "print the same lines, follow, and print what comes"() {
    stage.cloud.logs.write("/ecs/prod/mcp/google_workspace", `ecs/${key}/a-task`, ["HEC answered 401"]);
    const printed = tailedMessages(await runRecipe(stage, seed.hecErrors));
    expect(printed).toContain("HEC answered 401");
    const { out } = await fleet(["logs", key, "--since", "15m", "--filter", "HEC", "--json"], { env });
    expect(fleetMessages(out)).toEqual(printed);

    const stop = new AbortController();
    const said: string[] = [];
    const onLine = (line: string) => void said.push(line);
    const following = fleet(["logs", key, "--follow", "--json"], { env, signal: stop.signal, onLine });
    const tail = sitAt(stage, seed.follow.trim(), await recipeEnvironment(stage));
    await tail.see("Listening.");
    stage.cloud.logs.write("/ecs/prod/mcp/google_workspace", `ecs/${key}/a-task`, ["HEC answered 403"]);
    await tail.see("HEC answered 403");
    await vi.waitFor(() => expect(fleetMessages(said.join("\n"))).toContain("HEC answered 403"), 5_000);
    tail.type(keys.ctrlC);
    stop.abort();
    expect((await following).code).toBe(0);
    await tail.exited;
  },

  async "put and get the same value"() {
    const credentials = stage.fleet.credentialsFor(stage.plan(map));
    const values = {
      SPLUNK_ADMIN_URL: credentials["splunk-admin"]?.SPLUNK_ADMIN_URL,
      SPLUNK_ADMIN_TOKEN: "one",
    };
    await runRecipe(stage, secretRecipes.put(JSON.stringify(values)));
    expect((await fleet(["secrets", "get-keys", "splunk-admin"], { env })).out).toMatch(/SPLUNK_ADMIN_TOKEN\s+set/);
    const token = credentials["splunk-admin"]?.SPLUNK_ADMIN_TOKEN ?? "";
    const set = ["secrets", "set", "splunk-admin", "SPLUNK_ADMIN_TOKEN", "--from-file", "-"];
    expect(await fleet(set, { env, stdin: token })).toMatchObject({ code: 0 });
    expect(JSON.parse(await runRecipe(stage, secretRecipes.get))).toEqual({ ...values, SPLUNK_ADMIN_TOKEN: token });
  },
});

describe("a shell in a task, on a real terminal", () => {
  /** What somebody does in it: the environment, another window size, Ctrl-C, Redis. */
  async function work({ type, see, resize }: Keyboard): Promise<void> {
    const prompt = /[#$] $/;
    await see(prompt);
    type(`echo "$SPLUNK_INDEX-$((40 + 2))"${keys.enter}`);
    await see("mcp_audit-42");
    resize({ cols: 133, rows: 41 });
    type(`until stty size | grep '41 133'; do sleep 0.1; done${keys.enter}`);
    await see(/^41 133/m);
    // What is typed is shown before anything runs: only the process that Ctrl-C is for joins the two halves.
    type(`sh -c 'echo as"leep"; exec sleep 60'${keys.enter}`);
    await see("asleep");
    type(keys.ctrlC);
    await see(prompt);
    type(`${seed.redis} ping${keys.enter}`);
    if (hasRedisCli) await see("PONG");
    type(`exit${keys.enter}`);
  }

  journey(
    "[RUN-4] [RUN-7] [ECS-9] with its size, Ctrl-C and Redis over TLS,",
    { ...needs("script", "aws"), timeout: 240_000 },
    {
      async "is fleet shell"() {
        const surroundings = { ...(await recipeEnvironment(stage)), ...env };
        const keyboard = sitAt(stage, `./fleet shell ${key}`, surroundings);
        await work(keyboard);
        expect(await keyboard.exited, keyboard.shown()).toMatchObject({ code: 0 });
      },

      async "is the AWS CLI's too, where it finds its plugin"() {
        if (!hasSessionManagerPlugin)
          return expect(runRecipe(stage, seed.shell)).rejects.toThrow("SessionManagerPlugin is not found");
        await writeFile(join(stage.project.folder, "shell.sh"), seed.shell);
        const keyboard = sitAt(stage, "exec sh shell.sh", await recipeEnvironment(stage));
        await work(keyboard);
        expect(await keyboard.exited, keyboard.shown()).toMatchObject({ code: 0 });
      },
    },
  );
});

describe("the documents", () => {
  // What was run above, as the seed has it.
  if (awsCliVersion > 1) for (const command of Object.values(seed).flatMap(commandsOf)) alreadyRun.add(command);

  it.each(documents.filter((file) => blocksOf(file).some(({ language }) => language === "bash")))(
    "%s: every example works as written",
    async (file) => {
      const reader = await createReader({ stage, name: "prod", map, alreadyRun });
      const all = blocksOf(file);
      for (const block of file === guide ? all.slice(all.findIndex(isDeploy)) : all) await reader.follow(block);
      await reader.settle();
      await awaitQuiet();
    },
  );

  it.each([
    ["no-such-command", { kind: "run", exitCode: 0 }],
    ["./fleet statuss", { kind: "run", exitCode: 0 }],
    ["./fleet status --stage nowhere", { kind: "run", exitCode: 0 }],
    ["./fleet open google_workspace --print", { kind: "run", exitCode: 1 }],
  ] as const)("would not pass with %s", async (text, treatment) => {
    const reader = await createReader({ stage, name: "prod", map, alreadyRun });
    const block: Block = { file: "docs/x.md", line: 7, language: "bash", text, treatment };
    await expect(reader.follow(block)).rejects.toThrow(`docs/x.md:7: ${text}`);
  });

  if (missingPrograms.length > 0) it("with others", { skip: true, meta: { missing: missingPrograms.join("/") } });

  it("[STR-6] work with the machine's own Node, however old, and run the project's through npx", async () => {
    const printed = await runRecipe(stage, "node -p process.execPath; npx node -p process.execPath");
    const [own, ours] = printed.trim().split("\n");
    expect(own).not.toContain("node_modules");
    expect(ours).toContain("node_modules");
  });

  it("show the health of a new service", async () => {
    const [printed] = blocksOf(guide).filter(({ language }) => language === "json");
    const health = await (await stage.fetch(stage.url("slack", "/health"))).json();
    expect(health).toEqual(JSON.parse(printed?.text ?? ""));
  });

  it("have only entries that the map accepts", () => {
    expect(problems.length).toBeGreaterThan(4);
    expect(problems.filter(([, problem]) => problem !== "")).toEqual([]);
  });
});
