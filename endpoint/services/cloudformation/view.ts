import type { ResourceProvider } from "#endpoint/core/service.ts";
import { exists, type ResourceStatus, type StackStatus } from "./stack/stack.ts";
import type { Stacks } from "./stack/stacks.ts";

export interface StackReading {
  readonly id: string;
  readonly name: string;
  readonly status: StackStatus;
  readonly reason?: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Those that exist. */
  readonly resources: readonly ResourceReading[];
}

export interface ResourceReading {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly status: ResourceStatus;
  /** A record with nothing running behind it. */
  readonly inert: boolean;
}

/** The stacks that are not deleted, as plain data. */
export function readStacks(
  stacks: Stacks,
  provider: (type: string) => ResourceProvider | undefined,
): readonly StackReading[] {
  return stacks.live().map((stack) => ({
    id: stack.id,
    name: stack.name,
    status: stack.status,
    ...(stack.reason === undefined ? {} : { reason: stack.reason }),
    outputs: Object.fromEntries(stack.outputs.map(({ key, value }) => [key, value])),
    resources: [...stack.resources.values()].filter(exists).map(({ logicalId, type, state, status }) => ({
      logicalId,
      type,
      physicalId: state.physicalId,
      status,
      inert: provider(type)?.inert === true,
    })),
  }));
}
