import { describeFailure } from "../template/errors.ts";
import { equal } from "../template/json.ts";
import { advance, type Progress } from "./advance.ts";
import { type Blueprint, draw } from "./blueprint.ts";
import type { Change, Deployment } from "./deployment.ts";
import { resolveOutputs } from "./outputs.ts";
import { policyOnRollback, type Removal, remove } from "./removal.ts";
import { restore } from "./rollback.ts";
import { exists, type StackResource, type Target } from "./stack.ts";

/** What a failed creation leaves behind. */
export type OnFailure = "ROLLBACK" | "DELETE" | "DO_NOTHING";

/** A forward run that ended well, or why it did not and what it had changed by then. */
type Attempt =
  | { readonly kind: "done"; readonly changes: readonly Change[]; readonly active: ReadonlySet<string> }
  | { readonly kind: "failed"; readonly reason: string; readonly changes: readonly Change[] };

export async function create(deployment: Deployment, target: Target, onFailure: OnFailure): Promise<void> {
  const { journal, stack, engine } = deployment;
  stack.current = target;
  journal.stack("CREATE_IN_PROGRESS", "User Initiated");
  const attempt = await attemptTarget(deployment, target, false);
  if (attempt.kind === "done") {
    journal.stack("CREATE_COMPLETE");
    return;
  }
  if (deployment.shutdown.aborted) return;
  if (onFailure === "DO_NOTHING") {
    journal.stack("CREATE_FAILED", attempt.reason);
    return;
  }
  const rollback = { ...deployment, signal: deployment.shutdown };
  if (onFailure === "DELETE") return destroy(rollback, []);
  journal.stack("ROLLBACK_IN_PROGRESS", `${attempt.reason}Rollback requested by user.`);
  if (engine.rollbackDelayMs > 0) await engine.clock.sleep(engine.rollbackDelayMs, deployment.shutdown);
  const failed = await remove(
    rollback,
    [...stack.resources.values()].map((resource) => ({ resource, policy: policyOnRollback(resource), record: "keep" })),
  );
  if (failed.length > 0)
    journal.stack("ROLLBACK_FAILED", `The following resource(s) failed to delete: ${list(failed)}. `);
  else journal.stack("ROLLBACK_COMPLETE");
}

export async function update(deployment: Deployment, target: Target): Promise<void> {
  const { journal, stack, engine } = deployment;
  const previous = new Map(stack.resources);
  const former = { target: stack.current, outputs: stack.outputs, imports: stack.imports };
  journal.stack("UPDATE_IN_PROGRESS", "User Initiated");
  stack.updatedAt = engine.clock.now();
  const attempt = await attemptTarget(deployment, target, !equal(former.target?.tags, target.tags));
  if (attempt.kind === "done") {
    stack.current = target;
    journal.stack("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    const failed = await remove(deployment, superseded(deployment, previous, attempt));
    // As on AWS: what cannot be cleaned up is left, and the update stands.
    journal.stack(
      "UPDATE_COMPLETE",
      failed.length > 0 ? `Some resources could not be deleted: ${list(failed)}. ` : undefined,
    );
    return;
  }
  if (deployment.shutdown.aborted) return;
  if (stack.options.disableRollback || former.target === undefined) {
    journal.stack("UPDATE_FAILED", attempt.reason);
    return;
  }
  journal.stack("UPDATE_ROLLBACK_IN_PROGRESS", attempt.reason);
  if (engine.rollbackDelayMs > 0) await engine.clock.sleep(engine.rollbackDelayMs, deployment.shutdown);
  const rollback = { ...deployment, signal: deployment.shutdown };
  const restored = await restore(rollback, attempt.changes, previous, former.target);
  stack.outputs = former.outputs;
  stack.imports = former.imports;
  if (restored.failed.length > 0) {
    journal.stack("UPDATE_ROLLBACK_FAILED", `The following resource(s) failed to update: ${list(restored.failed)}. `);
    return;
  }
  journal.stack("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
  await remove(rollback, restored.removals);
  journal.stack("UPDATE_ROLLBACK_COMPLETE");
}

export async function destroy(deployment: Deployment, retained: readonly string[]): Promise<void> {
  const { journal, stack, engine } = deployment;
  const former = stack.status;
  const conflict = engine.stacks.exportConflict(stack, [], "Delete");
  if (conflict !== undefined) {
    journal.stack(former, conflict);
    return;
  }
  journal.stack("DELETE_IN_PROGRESS", "User Initiated");
  const failed = await remove(
    deployment,
    [...stack.resources.values()].map((resource) => ({
      resource,
      policy: retained.includes(resource.logicalId) ? "Retain" : resource.deletionPolicy,
      record: "keep",
    })),
  );
  if (failed.length > 0) {
    journal.stack("DELETE_FAILED", `The following resource(s) failed to delete: ${list(failed)}. `);
    return;
  }
  stack.outputs = [];
  stack.imports = new Set();
  stack.deletedAt = engine.clock.now();
  journal.stack("DELETE_COMPLETE");
}

async function attemptTarget(deployment: Deployment, target: Target, tagsChanged: boolean): Promise<Attempt> {
  const { engine, stack } = deployment;
  let progress: Progress = { changes: [], failed: { created: [], updated: [] } };
  try {
    const blueprint: Blueprint = draw(target, stack, {
      place: engine.place,
      exportNamed: (name) => engine.stacks.exportNamed(name),
    });
    // Before anything is touched: a missing export fails the operation here.
    const imports = blueprint.readImports();
    stack.imports = new Set([...stack.imports, ...imports]);
    progress = await advance(deployment, blueprint, tagsChanged);
    const reason = failureOf(progress);
    if (reason !== undefined) return { kind: "failed", reason, changes: progress.changes };
    if (deployment.signal.aborted) return { kind: "failed", reason: "User cancelled. ", changes: progress.changes };
    const outputs = resolveOutputs(blueprint, engine, stack);
    const conflict = engine.stacks.exportConflict(stack, outputs, "Update");
    if (conflict !== undefined) return { kind: "failed", reason: `${conflict} `, changes: progress.changes };
    stack.outputs = outputs;
    stack.imports = imports;
    return { kind: "done", changes: progress.changes, active: new Set(blueprint.graph.keys()) };
  } catch (error) {
    return { kind: "failed", reason: `${describeFailure(error)} `, changes: progress.changes };
  }
}

function failureOf({ failed }: Progress): string | undefined {
  const parts = [
    ...(failed.created.length > 0 ? [`The following resource(s) failed to create: ${list(failed.created)}. `] : []),
    ...(failed.updated.length > 0 ? [`The following resource(s) failed to update: ${list(failed.updated)}. `] : []),
  ];
  return parts.length > 0 ? parts.join("") : undefined;
}

/** Resources the update left without a place: gone from the template, replaced, or under a new identity. */
function superseded(
  deployment: Deployment,
  previous: ReadonlyMap<string, StackResource>,
  { changes, active }: Extract<Attempt, { kind: "done" }>,
): Removal[] {
  const changeOf = new Map(changes.map((change) => [change.logicalId, change]));
  const { stack } = deployment;
  return [...previous.values()].flatMap((before): Removal[] => {
    const change = changeOf.get(before.logicalId);
    const now = stack.resources.get(before.logicalId);
    if (change !== undefined && exists(before) && now?.state?.physicalId !== before.state.physicalId) {
      return [{ resource: before, policy: before.replacePolicy, record: "other" }];
    }
    if (active.has(before.logicalId)) return [];
    return [{ resource: before, policy: before.deletionPolicy, record: "drop" }];
  });
}

function list(ids: readonly string[]): string {
  return `[${ids.join(", ")}]`;
}
