import type { Target } from "#endpoint/core/ports.ts";
import { statuses, type TargetStatus } from "../balancer/health.ts";

export type HealthListener = (group: string, target: Target, status: TargetStatus) => void;

interface Reflection {
  readonly target: Target;
  readonly status: TargetStatus;
}

/**
 * The targets of each group as the data plane last reported them: some milliseconds behind, as AWS's answers are. What
 * the control plane asked for itself is seen at once.
 */
export class Mirror {
  readonly #groups = new Map<string, Map<string, Reflection>>();
  readonly #listeners = new Set<HealthListener>();

  add(group: string): void {
    if (!this.#groups.has(group)) this.#groups.set(group, new Map());
  }

  remove(group: string): void {
    this.#groups.delete(group);
  }

  targets(group: string): readonly Target[] {
    return [...(this.#groups.get(group)?.values() ?? [])].map(({ target }) => target);
  }

  /** Undefined when there is no such group. */
  status(group: string, target: Target): TargetStatus | undefined {
    const targets = this.#groups.get(group);
    return targets === undefined ? undefined : (targets.get(keyOf(target))?.status ?? statuses.notRegistered);
  }

  set(group: string, { id, port }: Target, status: TargetStatus): void {
    const targets = this.#groups.get(group);
    if (targets === undefined) return;
    const target = { id, port };
    const before = this.status(group, target);
    if (status.state === "unused" && status.reason === statuses.notRegistered.reason) targets.delete(keyOf(target));
    else targets.set(keyOf(target), { target, status });
    if (before?.state === status.state) return;
    for (const listener of this.#listeners) listener(group, target, status);
  }

  onChange(listener: HealthListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function keyOf({ id, port }: Target): string {
  return `${id}:${port}`;
}
