import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { expect, vi } from "vitest";
import { pulledState, seedIds, seedResources } from "../../fixture/terraform.ts";
import type { FleetStage } from "../../stage/stage.ts";

const Values = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));

export interface Placeholders {
  /** What a document prints, with what a reader would put in its place. */
  fill(text: string): Promise<string>;
  /** The value in use. */
  inUse(secretId: string, key: string): Promise<string>;
  currentVersion(secretId: string): Promise<string | undefined>;
  /** Until another version than this is current, and its consumers run on it. */
  awaitRotated(secretId: string, before: string | undefined): Promise<void>;
}

/**
 * The documents are written for a stage called `prod` on AWS, for `live` beside it, or for one called `local` with the usual
 * ports. Here:
 * - names of stages `local` and `live` are those of `prod`, and addresses are those of this fleet;
 * - in a `--secret-string`, a value with `…` or `<…>` in it is the one in use, or a made-up one in place of the map's
 *   placeholder;
 * - files that are named, `file://name.json`, `token.txt` and `.env`, hold what is in use, and `terraform.tfstate` the set-up
 *   that people come from;
 * - the version behind `secrets stage` is the one before.
 */
export function createPlaceholders({ client, cloud, url, project }: FleetStage, stage: string): Placeholders {
  const secrets = new SecretsManagerClient(client);
  const valuesOf = async (SecretId: string) =>
    v.parse(Values, (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString);
  const inUse: Placeholders["inUse"] = async (secretId, key) => {
    const value = (await valuesOf(secretId))[key] ?? "replace-me";
    return value.includes("replace-me") ? "a-value" : value;
  };

  const withLabel = async (label: string, SecretId: string): Promise<string | undefined> => {
    const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId }));
    return Object.entries(VersionIdsToStages).find(([, labels]) => labels.includes(label))?.[0];
  };
  const previousVersion = async (id: string): Promise<string> => {
    const found = await withLabel("AWSPREVIOUS", id);
    if (found === undefined) throw new Error(`${id} has no version before.`);
    return found.slice(0, 8);
  };
  const secretString = async (secretId: string, printed: string): Promise<string> => {
    const entries = Object.entries(v.parse(Values, printed)).map(async ([key, value]) => [
      key,
      /…|<.*>/.test(value) ? await inUse(secretId, key) : value,
    ]);
    return JSON.stringify(Object.fromEntries(await Promise.all(entries)));
  };

  return {
    inUse,
    currentVersion: (id) => withLabel("AWSCURRENT", id),
    awaitRotated: (id, before) =>
      vi.waitFor(
        async () => {
          const current = await withLabel("AWSCURRENT", id);
          expect(current).not.toBe(before);
          expect(await withLabel("settled", id)).toBe(current);
        },
        { timeout: 60_000, interval: 250 },
      ),
    async fill(printed) {
      let text = printed
        .replaceAll(/\b(?:local|live)-mcp-/g, `${stage}-mcp-`)
        .replaceAll(/\/(?:local|live)\/mcp\//g, `/${stage}/mcp/`)
        .replaceAll(/(--stage |FLEET_STAGE=)(?:local|live)\b/g, `$1${stage}`)
        .replaceAll("http://127.0.0.1:4577", cloud.place.endpointUrl)
        .replaceAll(".mcp.localhost:8443", `.mcp.localhost:${url("any").port}`)
        .replaceAll(".mcp.themailworks.com", `.mcp.localhost:${url("any").port}`);
      for (const [whole, before = "", id = "", string = ""] of text.matchAll(
        /(--secret-id (\S+)[^']*--secret-string[\s\\]+)'(\{[^']*\})'/g,
      ))
        text = text.replace(whole, `${before}'${await secretString(id, string)}'`);
      for (const [, id = "", file = ""] of text.matchAll(/--secret-id (\S+) --secret-string file:\/\/(\S+)/g))
        await write(file, JSON.stringify(await valuesOf(id)));
      for (const [, secret = "", key = "", file = ""] of text.matchAll(/secrets set (\S+) (\S+) --from-file (\S+)/g))
        await write(file, await inUse(`/${stage}/mcp/${secret}`, key));
      if (text.includes("terraform.tfstate")) await write("terraform.tfstate", pulledState(seedResources(seedIds)));
      if (text.includes("secrets import .env"))
        await write(".env", `SPLUNK_HEC_TOKEN='${await inUse(`/${stage}/mcp/splunk`, "SPLUNK_HEC_TOKEN")}'\n`);
      for (const [whole, before = "", secret = ""] of text.matchAll(/(secrets stage (\S+) )[\da-f]{8}\b/g))
        text = text.replace(whole, `${before}${await previousVersion(`/${stage}/mcp/${secret}`)}`);
      return text;
    },
  };

  async function write(file: string, text: string): Promise<void> {
    await mkdir(project.folder, { recursive: true });
    await writeFile(join(project.folder, file), text);
  }
}
