import type { Clock, EventBus, Place } from "#endpoint/core/ports.ts";
import type { ResourceContext, ResourceProvider } from "#endpoint/core/service.ts";
import type { DynamicSources } from "../template/dynamic-reference.ts";
import type { Journal } from "./journal.ts";
import type { Stack, StackResource } from "./stack.ts";
import type { Stacks } from "./stacks.ts";

/** What an operation on a stack works with. */
export interface StackEngine {
  readonly place: Place;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly dynamic: DynamicSources;
  readonly stacks: Stacks;
  /** Pause between a failure and its rollback, so that a client that polls sees the failed state; milliseconds. */
  readonly rollbackDelayMs: number;
  provider(type: string): ResourceProvider | undefined;
}

/** One running operation on a stack. */
export interface Deployment {
  readonly engine: StackEngine;
  readonly stack: Stack;
  readonly journal: Journal;
  readonly signal: AbortSignal;
  /** Aborted when the endpoint goes away: nothing is rolled back then. */
  readonly shutdown: AbortSignal;
  /** Makes the resources still in progress give up. */
  readonly cancel: () => void;
}

export function providerOf(engine: StackEngine, type: string): ResourceProvider {
  const provider = engine.provider(type);
  // Templates are checked before an operation starts, so this is a provider that went away since.
  if (provider === undefined) throw new Error(`No provider for ${type}`);
  return provider;
}

export function contextOf(
  deployment: Deployment,
  logicalId: string,
  stackTags: Readonly<Record<string, string>>,
): ResourceContext {
  const { engine, stack, signal } = deployment;
  return {
    region: engine.place.region,
    account: engine.place.account,
    stackName: stack.name,
    stackId: stack.id,
    logicalId,
    stackTags,
    signal,
  };
}

/** What an operation has done so far, which is what its rollback must undo. */
export type Change =
  | { readonly kind: "created"; readonly logicalId: string; readonly resource: StackResource }
  | { readonly kind: "updated"; readonly logicalId: string; readonly resource: StackResource }
  | { readonly kind: "replaced"; readonly logicalId: string; readonly resource?: StackResource };
