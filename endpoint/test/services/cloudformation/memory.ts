import type { Properties, ResourceContext, ResourceProvider, ResourceState } from "#endpoint/core/service.ts";

export type Step = "create" | "update" | "delete";

/** A real resource type whose resources live in this process. `Name` is its identity: changing it replaces. */
export class MemoryType implements ResourceProvider {
  readonly replaceOn = ["Name"];
  readonly live = new Map<string, Properties>();
  /** Every call in order, as `create A`. */
  readonly calls: string[] = [];
  readonly contexts: ResourceContext[] = [];
  /** Called before the call takes effect; throws to make it fail, or waits. */
  before: (step: Step, logicalId: string, context: ResourceContext) => void | Promise<void> = () => undefined;
  /** Called after a creation took effect; throws when the resource does not become stable. */
  stabilize: (logicalId: string) => void | Promise<void> = () => undefined;
  #count = 0;

  async create(properties: Properties, context: ResourceContext): Promise<ResourceState> {
    await this.#enter("create", context);
    this.#count += 1;
    const physicalId = `${context.logicalId}-${this.#count}`;
    this.live.set(physicalId, properties);
    const state = this.#state(physicalId, properties);
    context.initiated?.(state);
    await this.stabilize(context.logicalId);
    return state;
  }

  async update(
    current: ResourceState,
    properties: Properties,
    _previous: Properties,
    context: ResourceContext,
  ): Promise<ResourceState> {
    await this.#enter("update", context);
    this.live.set(current.physicalId, properties);
    return this.#state(current.physicalId, properties);
  }

  async delete(current: ResourceState, _properties: Properties, context: ResourceContext): Promise<void> {
    await this.#enter("delete", context);
    this.live.delete(current.physicalId);
  }

  read(current: ResourceState): Properties | undefined {
    return this.live.get(current.physicalId);
  }

  async #enter(step: Step, context: ResourceContext): Promise<void> {
    this.calls.push(`${step} ${context.logicalId}`);
    this.contexts.push(context);
    await this.before(step, context.logicalId, context);
  }

  #state(physicalId: string, properties: Properties): ResourceState {
    return {
      physicalId,
      attributes: { Arn: `arn:memory:${physicalId}`, "Value.Text": String(properties.Value ?? "") },
    };
  }
}
