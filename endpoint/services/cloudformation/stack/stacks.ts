import { randomUUID } from "node:crypto";
import type { Clock, Place } from "#endpoint/core/ports.ts";
import { refused } from "../template/errors.ts";
import type { Stack, StackOptions, StackOutput } from "./stack.ts";

const STACK_NAME = /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/;

export interface Export {
  readonly name: string;
  readonly value: string;
  readonly stack: Stack;
}

/** Every stack of the account and region, deleted ones included: those are found by id only. */
export class Stacks {
  readonly #stacks = new Map<string, Stack>();
  readonly #place: Place;
  readonly #clock: Clock;

  constructor(place: Place, clock: Clock) {
    this.#place = place;
    this.#clock = clock;
  }

  create(name: string, options: StackOptions, terminationProtection: boolean): Stack {
    if (!STACK_NAME.test(name)) {
      throw refused(
        `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
      );
    }
    const { region, account } = this.#place;
    const stack: Stack = {
      id: `arn:aws:cloudformation:${region}:${account}:stack/${name}/${randomUUID()}`,
      name,
      createdAt: this.#clock.now(),
      status: "REVIEW_IN_PROGRESS",
      current: undefined,
      options,
      terminationProtection,
      resources: new Map(),
      outputs: [],
      imports: new Set(),
      events: [],
      tokens: new Set(),
    };
    this.#stacks.set(stack.id, stack);
    return stack;
  }

  all(): readonly Stack[] {
    return [...this.#stacks.values()];
  }

  live(): readonly Stack[] {
    return this.all().filter((stack) => stack.status !== "DELETE_COMPLETE");
  }

  find(nameOrId: string): Stack | undefined {
    return this.#stacks.get(nameOrId) ?? this.live().find((stack) => stack.name === nameOrId);
  }

  /** @throws AwsError in the words SST and CDK look for. */
  get(nameOrId: string): Stack {
    const stack = this.find(nameOrId);
    if (stack === undefined) throw refused(`Stack with id ${nameOrId} does not exist`);
    return stack;
  }

  exports(): readonly Export[] {
    return this.live().flatMap((stack) =>
      stack.outputs.flatMap((output) =>
        output.exportName === undefined ? [] : [{ name: output.exportName, value: output.value, stack }],
      ),
    );
  }

  exportNamed(name: string): Export | undefined {
    for (const stack of this.#stacks.values()) {
      if (stack.status === "DELETE_COMPLETE") continue;
      const output = stack.outputs.find(({ exportName }) => exportName === name);
      if (output !== undefined) return { name, value: output.value, stack };
    }
    return undefined;
  }

  importers(exportName: string): readonly Stack[] {
    return this.live().filter((stack) => stack.imports.has(exportName));
  }

  /**
   * @returns Why the outputs cannot become those of the stack: an export another stack owns, or one in use that
   * would change or go away.
   */
  exportConflict(stack: Stack, outputs: readonly StackOutput[], operation: "Update" | "Delete"): string | undefined {
    const owners = new Map(
      this.exports().flatMap((item) => (item.stack === stack ? [] : [[item.name, item.stack] as const])),
    );
    for (const { exportName } of outputs) {
      const owner = exportName === undefined ? undefined : owners.get(exportName);
      if (owner !== undefined) return `Export with name ${exportName} is already exported by stack ${owner.name}.`;
    }
    for (const { exportName, value } of stack.outputs) {
      const users = exportName === undefined ? [] : this.importers(exportName);
      if (users.length === 0) continue;
      const next = outputs.find((output) => output.exportName === exportName);
      const by = users.map(({ name }) => name).join(", ");
      if (next === undefined)
        return `${operation} canceled. Cannot delete export ${exportName} as it is in use by ${by}.`;
      if (next.value !== value)
        return `${operation} canceled. Cannot update export ${exportName} as it is in use by ${by}.`;
    }
    return undefined;
  }
}
