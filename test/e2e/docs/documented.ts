import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import type { FleetDefinition } from "#fleet";
import { putCredentials } from "#start/credentials.ts";
import { type Block, readBlocks } from "../../docs/blocks.ts";
import { listDocuments, readDocument } from "../../docs/files.ts";
import { isEntry, planWith, printedMap } from "../../docs/maps.ts";
import { missingPrograms } from "../../stage/recipes.ts";
import { type FleetStage, openStage } from "../../stage/stage.ts";
import { createReader } from "./reader.ts";

/** How a service is added: what it deploys is there for all other documents. */
export const guide = "docs/adding-a-service.md";
export const documents = [guide, ...listDocuments().filter((file) => file !== guide)];

const blocks = new Map(documents.map((file) => [file, readBlocks(file, readDocument(file))]));
export const blocksOf = (file: string) => blocks.get(file) ?? [];
export const isDeploy = ({ text }: Block) => text.startsWith("npx sst deploy");

/** What the recipes and the deploy of this fleet are. */
export const alreadyRun = new Set(["npx sst deploy", "./fleet redeploy google_workspace --wait"]);

export interface Documented {
  readonly stage: FleetStage;
  readonly map: FleetDefinition;
  /** What is wrong with the entries of a document; empty where nothing is. */
  readonly problems: readonly (readonly [file: string, problem: string])[];
}

/** A fleet with the service that the guide adds, made as it says; its stage is called as in the documents. */
export async function openDocumented(): Promise<Documented> {
  const stage = await openStage(printedMap, "prod");
  await followGuide(stage);
  const entriesOf = (file: string) =>
    blocksOf(file)
      .filter(isEntry)
      .map(({ text }) => text);
  const withEntries = documents.filter((file) => entriesOf(file).length > 0);
  const planned = await planWith(stage.project.folder, withEntries.map(entriesOf));
  const map = planned[withEntries.indexOf(guide)]?.map;
  if (map === undefined) throw new Error(`${guide}: ${planned[withEntries.indexOf(guide)]?.problem}`);
  await stage.deploy(map);
  await putCredentials(stage.fleet, stage.plan(map));
  await putSecrets(stage);
  return { stage, map, problems: planned.map(({ problem }, at) => [withEntries[at] ?? "", problem]) };
}

/** What the documents put in by programs that are missing: else every later one finds a placeholder, or one before. */
async function putSecrets({ client }: FleetStage): Promise<void> {
  const secrets = new SecretsManagerClient(client);
  const put = async (SecretId: string, keys: Readonly<Record<string, string>>) => {
    const { SecretString = "{}" } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    const value = { ...v.parse(v.record(v.string(), v.string()), JSON.parse(SecretString)), ...keys };
    await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) }));
  };
  if (missingPrograms.includes("aws")) {
    await put("/prod/mcp/slack", { SLACK_BOT_TOKEN: "a-value" });
    await put("/prod/mcp/chat", {});
  }
  // It asks for this one.
  if (missingPrograms.includes("script")) await put("/prod/mcp/notion", { NOTION_TOKEN: "a-value" });
  secrets.destroy();
}

/** What the guide says before its deploy: a folder with a tool and its test. */
async function followGuide(stage: FleetStage): Promise<void> {
  // Whoever has followed the guide has this folder in the project.
  await rm(join(stage.project.folder, "packages", "slack"), { recursive: true, force: true });
  const before = blocksOf(guide).slice(0, blocksOf(guide).findIndex(isDeploy));
  const reader = await createReader({ stage, name: "prod", map: printedMap, alreadyRun });
  for (const block of before) {
    const path = /^\/\/ (packages\/\S+)\n/.exec(block.text)?.[1];
    if (block.language === "ts" && path !== undefined) {
      const file = join(stage.project.folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, block.text);
    } else await reader.follow(block);
  }
}
