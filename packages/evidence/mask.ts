import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { maskSecrets } from "#chat/text/mask.ts";
import { type ServicePlan, type StagePlan, secretsIn } from "#fleet";

/** Makes lines safe to show; a very long one is cut. */
export type Mask = (lines: readonly string[]) => readonly string[];

/** Longer lines are cut after known values are masked, and before the search for anything else that looks like one. */
const longest = 2_000;
const mask = "•••";
/** Shorter values are masked only as whole words: within words they would match everywhere. */
const distinct = 4;
/** A task that failed may have read any of them. */
const labels = ["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"] as const;

/**
 * A mask for what a service's tasks write: the values of the secrets they get, and anything else that looks like a
 * credential. Throws the SDK's error if the values cannot be read.
 *
 * @param cutAt characters of a line that are shown at most
 * @param known values that everybody can read elsewhere
 */
export async function readMask(
  client: SecretsManagerClient,
  plan: StagePlan,
  service: ServicePlan,
  cutAt = longest,
  known: ReadonlySet<string> = new Set(),
): Promise<Mask> {
  const used = new Set(secretsIn(service).map(({ secret }) => secret));
  const secrets = plan.secrets.filter(({ key }) => used.has(key));
  const texts = await Promise.all(
    secrets.flatMap(({ name, adoptedArn = name }) => labels.map((label) => readText(client, adoptedArn, label))),
  );
  const values = texts.flatMap((text) => (text === undefined ? [] : valuesOf(text)));
  return createMask(
    values.filter((value) => !known.has(value)),
    cutAt,
  );
}

/** @param cutAt characters of a line that are shown at most */
export function createMask(values: readonly string[], cutAt = longest): Mask {
  const written = [...new Set(values.flatMap(waysToWrite))].toSorted((one, other) => other.length - one.length);
  const long = written.filter(({ length }) => length >= distinct);
  const short = new Set(written.filter(({ length }) => length < distinct));
  const maskKnown = (line: string) =>
    long
      .reduce((before, value) => before.replaceAll(value, mask), line)
      .replace(/\w+/g, (word) => (short.has(word) ? mask : word));
  // As one text: a private key spans many lines.
  return (lines) => maskSecrets(lines.map((line) => maskKnown(line).slice(0, cutAt)).join("\n")).split("\n");
}

/** A program may print its value as it is, line by line, in JSON, in a query or in a header. */
function waysToWrite(value: string): readonly string[] {
  const plain = [value, ...value.split(/\r?\n/)].map((one) => one.trim());
  return plain
    .flatMap((one) => [one, JSON.stringify(one).slice(1, -1), encodeURIComponent(one), base64(one)])
    .filter((one) => one !== "");
}

function base64(value: string): string {
  return value.length < distinct ? "" : Buffer.from(value).toString("base64").replace(/=+$/, "");
}

async function readText(client: SecretsManagerClient, SecretId: string, VersionStage: string) {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
  } catch (error) {
    // No version has this label, or the deploy that created the secret was rolled back.
    if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

const Keys = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()));

/** The values of a secret's keys; all of it where it has none. */
function valuesOf(text: string): readonly string[] {
  const keys = v.safeParse(Keys, text);
  if (!keys.success) return [text];
  return Object.values(keys.output).map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
}
