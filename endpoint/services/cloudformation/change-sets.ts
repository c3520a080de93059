import { randomUUID } from "node:crypto";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Place } from "#endpoint/core/ports.ts";
import type { Difference } from "./stack/difference.ts";
import type { Stack, StackOptions, Target } from "./stack/stack.ts";

/** A proposed change, worked out when it was created and executed at most once. */
export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly stack: Stack;
  readonly kind: "CREATE" | "UPDATE";
  readonly target: Target;
  readonly options: StackOptions;
  readonly description: string | undefined;
  readonly createdAt: number;
  readonly differences: readonly Difference[];
  state: "available" | "empty" | "executed";
}

export class ChangeSets {
  readonly #sets = new Map<string, ChangeSet>();
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  add(fields: Omit<ChangeSet, "id">): ChangeSet {
    const { region, account } = this.#place;
    const set = {
      ...fields,
      id: `arn:aws:cloudformation:${region}:${account}:changeSet/${fields.name}/${randomUUID()}`,
    };
    this.#sets.set(set.id, set);
    return set;
  }

  find(nameOrId: string, stackName: string | undefined): ChangeSet | undefined {
    const byId = this.#sets.get(nameOrId);
    if (byId !== undefined) return byId;
    const named = [...this.#sets.values()].filter(
      ({ name, stack }) => name === nameOrId && (stack.name === stackName || stack.id === stackName),
    );
    return named.findLast(({ stack }) => stack.status !== "DELETE_COMPLETE");
  }

  get(nameOrId: string, stackName: string | undefined): ChangeSet {
    const set = this.find(nameOrId, stackName);
    if (set === undefined) throw new AwsError("ChangeSetNotFound", `ChangeSet [${nameOrId}] does not exist`, 404);
    return set;
  }

  /** Those waiting on a stack, for its list. */
  of(stack: Stack): readonly ChangeSet[] {
    return [...this.#sets.values()].filter((set) => set.stack === stack && set.state !== "executed");
  }

  delete(set: ChangeSet): void {
    this.#sets.delete(set.id);
  }

  /** Executing one makes the others of its stack void: they were worked out against a state that is gone. */
  execute(set: ChangeSet): void {
    for (const other of this.of(set.stack)) if (other !== set) this.delete(other);
    set.state = "executed";
  }
}
