import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FleetDefinition } from "#fleet";
import type { Block } from "../docs/blocks.ts";
import { commandsOf } from "../docs/commands.ts";
import { operatorOf } from "./cli/operator.ts";
import { busyOf, deploymentsOf, fleetMessages, serviceOf, tailedMessages, targetsOf } from "./docs/answers.ts";
import { alreadyRun, blocksOf, documents, guide, isDeploy, openDocumented } from "./docs/documented.ts";
import { type Keyboard, keys, sitAt } from "./docs/keyboard.ts";
import { createReader } from "./docs/reader.ts";
import { secretRecipes, seed } from "./docs/seed.ts";
import {
  awsCliVersion,
  hasSessionManagerPlugin,
  missingPrograms,
  recipeEnvironment,
  runRecipe,
} from "./fleet/recipes.ts";
import type { FleetStage } from "./fleet/stage.ts";

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

describe.runIf(awsCliVersion > 0)("the recipes of the seed, and their fleet form", () => {
  it("[RUN-1] name the same targets and states", async () => {
    await awaitQuiet();
    const printed = targetsOf(await runRecipe(stage, seed.targetHealth));
    expect(printed).toMatchObject([{ state: "healthy" }]);
    expect((await statusOf(key)).targets).toEqual(printed);
  });

  it("[RUN-2] [RUN-3] roll the service, and name the same deployments", async () => {
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
  });

  it("[RUN-4] name the same tasks", async () => {
    const [list = ""] = seed.shell.split("\n\n");
    const printed = await runRecipe(stage, `${list}\necho "$TASK"`);
    expect((await statusOf(key)).tasks.map(({ arn }) => arn)).toEqual([printed.trim()]);
  });

  it.runIf(awsCliVersion > 1)("[RUN-5] print the same lines", async () => {
    stage.cloud.logs.write("/ecs/prod/mcp/google_workspace", `ecs/${key}/a-task`, ["HEC answered 401"]);
    const printed = tailedMessages(await runRecipe(stage, seed.hecErrors));
    expect(printed).toContain("HEC answered 401");
    const { out } = await fleet(["logs", key, "--since", "15m", "--filter", "HEC", "--json"], { env });
    expect(fleetMessages(out)).toEqual(printed);
  });

  it.runIf(awsCliVersion > 1)("[RUN-5] follow, and print what comes", async () => {
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
  });

  it("[RUN-6] put and get the same value", async () => {
    const values = {
      SPLUNK_ADMIN_URL: stage.fleet.credentials["splunk-admin"]?.SPLUNK_ADMIN_URL,
      SPLUNK_ADMIN_TOKEN: "one",
    };
    await runRecipe(stage, secretRecipes.put(JSON.stringify(values)));
    expect((await fleet(["secrets", "get-keys", "splunk-admin"], { env })).out).toMatch(/SPLUNK_ADMIN_TOKEN\s+set/);
    const token = stage.fleet.credentials["splunk-admin"]?.SPLUNK_ADMIN_TOKEN ?? "";
    const set = ["secrets", "set", "splunk-admin", "SPLUNK_ADMIN_TOKEN", "--from-file", "-"];
    expect(await fleet(set, { env, stdin: token })).toMatchObject({ code: 0 });
    expect(JSON.parse(await runRecipe(stage, secretRecipes.get))).toEqual({ ...values, SPLUNK_ADMIN_TOKEN: token });
  });
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
    type(`sleep 60${keys.enter}`);
    await see("sleep 60");
    type(keys.ctrlC);
    await see(prompt);
    type(`${seed.redis} ping${keys.enter}`);
    if (stage.cloud.elastiCache.availability.kind === "present") await see("PONG");
    type(`exit${keys.enter}`);
  }

  it("[RUN-4] [RUN-7] [ECS-9] is fleet shell, with its size, Ctrl-C and Redis over TLS", async () => {
    const surroundings = { ...(await recipeEnvironment(stage)), ...env };
    const keyboard = sitAt(stage, `node bin/fleet.mjs shell ${key}`, surroundings);
    await work(keyboard);
    expect(await keyboard.exited, keyboard.shown()).toMatchObject({ code: 0 });
  });

  it.runIf(awsCliVersion > 0 && hasSessionManagerPlugin)(
    "[RUN-4] [RUN-7] is the AWS CLI's too, with its plugin",
    async () => {
      await writeFile(join(stage.project.folder, "shell.sh"), seed.shell);
      const keyboard = sitAt(stage, "exec bash --norc shell.sh", await recipeEnvironment(stage));
      await work(keyboard);
      expect(await keyboard.exited, keyboard.shown()).toMatchObject({ code: 0 });
    },
  );

  it.runIf(awsCliVersion > 0 && !hasSessionManagerPlugin)("[RUN-4] is the AWS CLI's where it finds its plugin", () =>
    expect(runRecipe(stage, seed.shell)).rejects.toThrow("SessionManagerPlugin is not found"),
  );
});

describe("the documents", () => {
  // What was run above, as it stands in the seed.
  if (awsCliVersion > 1) for (const command of Object.values(seed).flatMap(commandsOf)) alreadyRun.add(command);

  it.each(documents.filter((file) => blocksOf(file).some(({ language }) => language === "bash")))(
    "%s: every example works as it stands there",
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
    ["npx fleet statuss", { kind: "run", exitCode: 0 }],
    ["npx fleet status --stage nowhere", { kind: "run", exitCode: 0 }],
    ["npx fleet open google_workspace --print", { kind: "run", exitCode: 1 }],
  ] as const)("would not pass with %s", async (text, treatment) => {
    const reader = await createReader({ stage, name: "prod", map, alreadyRun });
    const block: Block = { file: "docs/x.md", line: 7, language: "bash", text, treatment };
    await expect(reader.follow(block)).rejects.toThrow(`docs/x.md:7: ${text}`);
  });

  for (const program of missingPrograms) it.skip(`${program} is missing here: examples with it`);

  it("show what the health of a new service is", async () => {
    const [printed] = blocksOf(guide).filter(({ language }) => language === "json");
    const health = await (await stage.fetch(stage.url("slack", "/health"))).json();
    expect(health).toEqual(JSON.parse(printed?.text ?? ""));
  });

  it("have entries of the map that the map takes", () => {
    expect(problems.length).toBeGreaterThan(4);
    expect(problems.filter(([, problem]) => problem !== "")).toEqual([]);
  });
});
