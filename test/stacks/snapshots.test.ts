import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { finishUnbundled, type Synthesis, templatesOf } from "../synth/synth.ts";

/** CDK's version check of the bootstrap and SST's list of constructs, the same in every stack. */
const boilerplate = new Set(["Rules", "Parameters", "SSTMetadata"]);

/** The hashes CDK puts behind logical ids and exports. */
function hashesOf({ stacks }: Synthesis): readonly string[] {
  const ids = [...stacks.values()].flatMap(({ resources, outputs }) => [
    ...resources.map(({ id }) => id),
    ...Object.keys(outputs),
  ]);
  return ids.flatMap((id) => /[0-9A-F]{8}$/.exec(id) ?? []);
}

/** A template as a reviewer reads it: without hashes, SST's tags and cdk-nag's suppressions, which are in the code. */
function readable(document: unknown, hashes: readonly string[]): string {
  const text = stringify(simplify(document), { aliasDuplicateObjects: false, lineWidth: 0 });
  return hashes.reduce((masked, hash) => masked.replaceAll(hash, ""), text.replaceAll(/\b[0-9a-f]{64}\b/g, "<asset>"));
}

function simplify(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplify);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key, inner]) => !boilerplate.has(key) && !isBookkeeping(key, inner));
  return Object.fromEntries(entries.map(([key, inner]) => [key, simplify(inner)]));
}

function isBookkeeping(key: string, value: unknown): boolean {
  const text = JSON.stringify(value) ?? "";
  if (key === "Metadata") return /^{"cdk_nag":[^}]*}/.test(text) && !text.includes("DeletionProtection");
  return key === "cdk_nag" || (/Tags$/.test(key) && text.includes("sst:stage") && !text.includes('"Name"'));
}

describe.each(["prod", "local"])("stage %s", async (stage) => {
  const synthesis = templatesOf(await finishUnbundled(stage));
  const hashes = hashesOf(synthesis);

  it.each([...synthesis.stacks])("deploys %s as it was reviewed", async (name, template) => {
    const file = `__snapshots__/${stage}/${name}.yaml`;
    await expect(readable(template.document, hashes)).toMatchFileSnapshot(file);
  });
});
