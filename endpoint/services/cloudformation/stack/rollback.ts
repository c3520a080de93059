import { describeFailure } from "../template/errors.ts";
import { type Change, contextOf, type Deployment, providerOf } from "./deployment.ts";
import { policyOnRollback, type Removal } from "./removal.ts";
import { exists, type StackResource, type Target } from "./stack.ts";
import { walk } from "./walk.ts";

export interface Restored {
  /** Logical ids that could not be put back. */
  readonly failed: readonly string[];
  /** What the undone update had made and nobody needs any more. */
  readonly removals: readonly Removal[];
}

/**
 * Puts the resources back to what they were before an update: what was changed in place is changed back, with the
 * properties it had; what was replaced is the old resource again, which nobody has deleted yet.
 */
export async function restore(
  deployment: Deployment,
  changes: readonly Change[],
  previous: ReadonlyMap<string, StackResource>,
  target: Target,
): Promise<Restored> {
  const { stack, journal } = deployment;
  const failed: string[] = [];
  const removals: Removal[] = [];
  const changeOf = new Map(changes.map((change) => [change.logicalId, change]));
  const graph = new Map(
    [...previous].map(([id, { dependsOn }]) => [id, new Set(dependsOn.filter((target) => previous.has(target)))]),
  );
  await walk(graph, async (id) => {
    const before = previous.get(id);
    const change = changeOf.get(id);
    if (before === undefined) return true;
    if (change === undefined || change.kind === "created") {
      stack.resources.set(id, before);
      return true;
    }
    if (change.kind === "updated") {
      const leftovers = await revert(deployment, before, change.resource, target);
      if (leftovers === undefined) failed.push(id);
      else removals.push(...leftovers);
      return leftovers !== undefined;
    }
    journal.resource(before, "UPDATE_COMPLETE");
    if (change.resource !== undefined) removals.push(undo(change.resource, "other"));
    return true;
  });
  for (const change of changes) {
    if (change.kind !== "created") continue;
    removals.push(undo(change.resource, previous.has(change.logicalId) ? "other" : "drop"));
  }
  return { failed, removals };
}

function undo(resource: StackResource, record: Removal["record"]): Removal {
  return { resource, policy: policyOnRollback(resource), record };
}

/** @returns Resources left over when the identity changed on the way; undefined when it failed. */
async function revert(
  deployment: Deployment,
  before: StackResource,
  attempted: StackResource,
  target: Target,
): Promise<Removal[] | undefined> {
  const { engine, journal } = deployment;
  if (!exists(before) || !exists(attempted)) return [];
  journal.resource({ ...before, state: attempted.state }, "UPDATE_IN_PROGRESS");
  try {
    const state = await providerOf(engine, before.type).update(
      attempted.state,
      before.properties,
      attempted.properties,
      contextOf(deployment, before.logicalId, target.tags),
    );
    journal.resource({ ...before, state }, "UPDATE_COMPLETE");
    const left = new Map([attempted, before].map((resource) => [resource.state.physicalId, resource]));
    left.delete(state.physicalId);
    return [...left.values()].map((resource) => undo(resource, "other"));
  } catch (error) {
    journal.resource({ ...before, state: attempted.state }, "UPDATE_FAILED", describeFailure(error));
    return undefined;
  }
}
