import { changesOf } from "#cli/diff/changes.ts";
import { readPresent } from "#cli/diff/read.ts";
import { describeChanges } from "#cli/diff/show.ts";
import { readDeployPlan } from "#cli/diff/thresholds.ts";
import type { Stage } from "#cli/stage.ts";
import type { StagePlan } from "#fleet";

/**
 * What a deploy of the plan changes: in the words of `fleet diff`, or, for what that does not cover, such as a
 * description, the fields of the plan.
 */
export async function describeDifferences(stage: Stage, deployed: StagePlan | undefined): Promise<readonly string[]> {
  const [wanted, present] = await Promise.all([readDeployPlan(stage), readPresent(stage)]);
  const lines = describeChanges(stage.terminal, changesOf(wanted, present));
  if (lines.length > 0 || deployed === undefined) return lines;
  return differentFields(deployed, stage.plan).map((field) => `${stage.terminal.paint.yellow("~")} ${field}`);
}

const fieldsAtMost = 10;

/** Dotted paths of the fields that differ; members of a list go by their key, where they have one. */
export function differentFields(before: unknown, after: unknown, path = ""): readonly string[] {
  const [old, now] = [membersOf(before), membersOf(after)];
  if (old === undefined || now === undefined) return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
  return [...new Set([...old.keys(), ...now.keys()])]
    .flatMap((name) => differentFields(old.get(name), now.get(name), path === "" ? name : `${path}.${name}`))
    .slice(0, fieldsAtMost);
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  return new Map(value.map((member: unknown, at) => [keyOf(member) ?? String(at), member]));
}

function keyOf(member: unknown): string | undefined {
  return typeof member === "object" && member !== null && "key" in member && typeof member.key === "string"
    ? member.key
    : undefined;
}
