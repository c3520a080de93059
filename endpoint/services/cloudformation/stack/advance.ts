import type { ResourceState } from "#endpoint/core/service.ts";
import type { ResourceDeclaration } from "../template/document.ts";
import { describeFailure, refused } from "../template/errors.ts";
import type { JsonObject } from "../template/json.ts";
import type { Blueprint } from "./blueprint.ts";
import { keptName } from "./custom-names.ts";
import { type Change, contextOf, type Deployment, providerOf } from "./deployment.ts";
import { planChange } from "./plan.ts";
import { resolveProperties } from "./properties.ts";
import { exists, type StackResource } from "./stack.ts";
import { walk } from "./walk.ts";

/** What a forward run came to. `failed` and the rest may both be filled: the first failure stops what is left. */
export interface Progress {
  readonly changes: readonly Change[];
  readonly failed: { readonly created: readonly string[]; readonly updated: readonly string[] };
}

type Draft = Omit<StackResource, "status" | "reason" | "at">;
type Existing = StackResource & { readonly state: ResourceState };

/** What the events of a new resource say: as itself, or as the successor of one that cannot be changed in place. */
const created = {
  kind: "created",
  started: "CREATE_IN_PROGRESS",
  failed: "CREATE_FAILED",
  done: "CREATE_COMPLETE",
  cancelled: "Resource creation cancelled",
  reason: undefined,
} as const;
const replaced = {
  kind: "replaced",
  started: "UPDATE_IN_PROGRESS",
  failed: "UPDATE_FAILED",
  done: "UPDATE_COMPLETE",
  cancelled: "Resource update cancelled",
  reason: "Requested update requires the creation of a new physical resource; hence creating one.",
} as const;
type Making = typeof created | typeof replaced;

/** Brings the stack's resources to the blueprint: creates, updates and replaces; deletes nothing. */
export async function advance(deployment: Deployment, blueprint: Blueprint, tagsChanged: boolean): Promise<Progress> {
  const run = new Advance(deployment, blueprint, tagsChanged);
  await walk(blueprint.graph, (logicalId) => run.visit(logicalId));
  return run;
}

class Advance implements Progress {
  readonly changes: Change[] = [];
  readonly failed = { created: [] as string[], updated: [] as string[] };
  readonly #deployment: Deployment;
  readonly #blueprint: Blueprint;
  readonly #tagsChanged: boolean;

  constructor(deployment: Deployment, blueprint: Blueprint, tagsChanged: boolean) {
    this.#deployment = deployment;
    this.#blueprint = blueprint;
    this.#tagsChanged = tagsChanged;
  }

  async visit(logicalId: string): Promise<boolean> {
    const { stack, signal } = this.#deployment;
    const declaration = this.#blueprint.target.template.Resources[logicalId];
    if (declaration === undefined || signal.aborted) return false;
    const before = stack.resources.get(logicalId);
    if (!exists(before)) return this.#create(logicalId, declaration, created);
    // Half-made by a creation that was not rolled back: created again, as on AWS.
    return before.status === "CREATE_FAILED"
      ? this.#create(logicalId, declaration, created, before)
      : this.#change(before, declaration);
  }

  async #create(
    logicalId: string,
    declaration: ResourceDeclaration,
    { kind, started, failed, done, cancelled, reason }: Making,
    remains?: Existing,
  ): Promise<boolean> {
    const { engine, journal } = this.#deployment;
    const record = kind === "created" ? journal.resource.bind(journal) : journal.note.bind(journal);
    const provider = providerOf(engine, declaration.Type);
    let draft = this.#draft(logicalId, declaration, {});
    const context = {
      ...contextOf(this.#deployment, logicalId, this.#blueprint.target.tags),
      initiated: (state: ResourceState) => {
        draft = { ...draft, state };
        record(draft, started, "Resource creation Initiated");
      },
    };
    try {
      if (remains !== undefined) await provider.delete(remains.state, remains.properties, context);
      draft = { ...draft, properties: this.#resolve(logicalId) };
      record(draft, started, reason);
      const state = await provider.create(draft.properties, context);
      if (draft.state === undefined) context.initiated(state);
      this.changes.push({ kind, logicalId, resource: journal.resource({ ...draft, state }, done) });
      return true;
    } catch (error) {
      this.changes.push({ kind, logicalId, resource: record(draft, failed, this.#reason(error, cancelled)) });
      return this.#fail(logicalId, kind === "created" ? this.failed.created : this.failed.updated);
    }
  }

  async #change(before: Existing, declaration: ResourceDeclaration): Promise<boolean> {
    const { engine, journal, stack } = this.#deployment;
    const { logicalId } = before;
    let draft: Draft = { ...this.#draft(logicalId, declaration, before.properties), state: before.state };
    try {
      const provider = providerOf(engine, declaration.Type);
      const properties = this.#resolve(logicalId);
      const plan = planChange(before, properties, provider, this.#tagsChanged);
      if (plan.kind === "replace") {
        if (stack.options.disableRollback)
          throw refused("Replacement type updates not supported on stack with disable-rollback.");
        const name = keptName(before, properties);
        if (name !== undefined)
          throw refused(
            `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name} and update the stack again.`,
          );
        return this.#create(logicalId, declaration, replaced);
      }
      draft = { ...draft, properties };
      if (plan.kind === "keep") {
        stack.resources.set(logicalId, { ...draft, status: before.status, at: before.at });
        return true;
      }
      journal.resource({ ...draft, properties: before.properties }, "UPDATE_IN_PROGRESS");
      const context = contextOf(this.#deployment, logicalId, this.#blueprint.target.tags);
      const state = await provider.update(before.state, properties, before.properties, context);
      this.changes.push({
        kind: "updated",
        logicalId,
        resource: journal.resource({ ...draft, state }, "UPDATE_COMPLETE"),
      });
      return true;
    } catch (error) {
      const reason = this.#reason(error, "Resource update cancelled");
      this.changes.push({ kind: "updated", logicalId, resource: journal.resource(draft, "UPDATE_FAILED", reason) });
      return this.#fail(logicalId, this.failed.updated);
    }
  }

  #resolve(logicalId: string): JsonObject {
    return resolveProperties(logicalId, this.#blueprint, this.#deployment.engine, this.#deployment.stack);
  }

  #draft(logicalId: string, declaration: ResourceDeclaration, properties: JsonObject): Draft {
    const { Type, DeletionPolicy = "Delete", UpdateReplacePolicy = "Delete", Metadata } = declaration;
    return {
      logicalId,
      type: Type,
      properties,
      dependsOn: [...(this.#blueprint.graph.get(logicalId) ?? [])],
      deletionPolicy: DeletionPolicy,
      replacePolicy: UpdateReplacePolicy,
      ...(Metadata === undefined ? {} : { metadata: Metadata }),
    };
  }

  /** Those still in progress when another failed are cancelled, not failed for their own reason. */
  #reason(error: unknown, cancelled: string): string {
    return this.#deployment.signal.aborted ? cancelled : describeFailure(error);
  }

  /**
   * What is in progress elsewhere in the stack is given up, unless what succeeds is to be kept: then a failure stops only
   * its own path. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
   */
  #fail(logicalId: string, list: string[]): false {
    list.push(logicalId);
    if (!this.#deployment.stack.options.disableRollback) this.#deployment.cancel();
    return false;
  }
}
