import { reverse } from "../template/dependencies.ts";
import type { Policy } from "../template/document.ts";
import { describeFailure } from "../template/errors.ts";
import { contextOf, type Deployment, providerOf } from "./deployment.ts";
import { exists, type StackResource } from "./stack.ts";
import { walk } from "./walk.ts";

/** One resource to take away, and what happens to the stack's record of it. */
export interface Removal {
  readonly resource: StackResource;
  readonly policy: Policy;
  /** `keep`: the record stays, as deleted. `drop`: it goes. `other`: the logical id belongs to another resource. */
  readonly record: "keep" | "drop" | "other";
}

/**
 * Deletes resources, dependants first, independent ones at the same time.
 * @returns The logical ids of those that could not be deleted; what they depend on is left alone.
 */
export async function remove(deployment: Deployment, removals: readonly Removal[]): Promise<readonly string[]> {
  const failed: string[] = [];
  const byKey = new Map(removals.map((removal, index) => [`${index}`, removal]));
  const keysOf = new Map<string, string[]>();
  for (const [key, { resource }] of byKey) {
    keysOf.set(resource.logicalId, [...(keysOf.get(resource.logicalId) ?? []), key]);
  }
  const graph = new Map(
    [...byKey].map(([key, { resource }]) => [key, new Set(resource.dependsOn.flatMap((id) => keysOf.get(id) ?? []))]),
  );
  await walk(reverse(graph), async (key) => {
    const removal = byKey.get(key);
    if (removal === undefined || (await removeOne(deployment, removal))) return true;
    failed.push(removal.resource.logicalId);
    return false;
  });
  return failed;
}

async function removeOne(deployment: Deployment, removal: Removal): Promise<boolean> {
  const { resource, policy } = removal;
  const { engine, stack, journal } = deployment;
  const report = removal.record === "other" ? journal.note.bind(journal) : journal.resource.bind(journal);
  if (!exists(resource)) {
    if (removal.record === "drop") stack.resources.delete(resource.logicalId);
    return true;
  }
  if (policy === "Retain" || policy === "RetainExceptOnCreate") {
    report(resource, "DELETE_SKIPPED");
  } else {
    report(resource, "DELETE_IN_PROGRESS");
    const context = contextOf(deployment, resource.logicalId, stack.current?.tags ?? {});
    try {
      await providerOf(engine, resource.type).delete(resource.state, resource.properties, {
        ...context,
        finalSnapshot: policy === "Snapshot",
      });
    } catch (error) {
      report(resource, "DELETE_FAILED", describeFailure(error));
      return false;
    }
    report(resource, "DELETE_COMPLETE");
  }
  if (removal.record === "drop") stack.resources.delete(resource.logicalId);
  return true;
}

/** A resource that never outlived the operation that created it: `RetainExceptOnCreate` does not hold it, nor does `Snapshot`. */
export function policyOnRollback(resource: StackResource): Policy {
  return resource.deletionPolicy === "Retain" ? "Retain" : "Delete";
}
