import type { Clock, EventBus, FunctionInvoker, Place } from "#endpoint/core/ports.ts";
import type { ResourceContext, ResourceProvider } from "#endpoint/core/service.ts";
import type { Answers } from "./custom/answers.ts";
import { customResource } from "./custom/provider.ts";
import type { InertRecords } from "./inert/inert-records.ts";
import { type Holds, inertProvider } from "./inert/inert-type.ts";
import { inertTypes } from "./inert/types.ts";
import { Journal } from "./stack/journal.ts";
import { exists } from "./stack/stack.ts";
import type { Stacks } from "./stack/stacks.ts";

export interface ProviderPorts {
  readonly place: Place;
  readonly clock: Clock;
  readonly providers: ReadonlyMap<string, ResourceProvider>;
  readonly functions: FunctionInvoker;
  readonly events: EventBus;
  readonly answers: Answers;
  readonly records: InertRecords;
  readonly stacks: Stacks;
}

/** Finds who makes resources of a type: a service, the custom resources, or nobody but a record. */
export function createProviders(ports: ProviderPorts): (type: string) => ResourceProvider | undefined {
  const holds: Holds = (types, physicalId) =>
    ports.stacks
      .live()
      .flatMap(({ resources }) => [...resources.values()])
      .some(
        (resource) =>
          types.includes(resource.type) && exists(resource) && JSON.stringify(resource.properties).includes(physicalId),
      );
  const inert = new Map(
    Object.entries(inertTypes).map(([type, definition]) => [
      type,
      inertProvider(type, definition, ports.records, holds),
    ]),
  );
  const onFunctionError = (context: ResourceContext, message: string) => announceFunctionError(ports, context, message);
  return (type) => {
    const own = ports.providers.get(type);
    if (own !== undefined) return own;
    if (type === "AWS::CloudFormation::CustomResource" || type.startsWith("Custom::")) {
      return customResource(type, { ...ports, onFunctionError });
    }
    return inert.get(type);
  };
}

const MAX_REASON = 1024;

/** CloudFormation keeps waiting silently; here an event says why the function failed. */
function announceFunctionError(
  { stacks, clock, events }: ProviderPorts,
  context: ResourceContext,
  message: string,
): void {
  const stack = stacks.find(context.stackId);
  const resource = stack?.resources.get(context.logicalId);
  if (stack === undefined || resource === undefined) return;
  const reason = `The function failed, its answer is still awaited: ${message.slice(0, MAX_REASON)}`;
  new Journal(stack, clock, events).note(resource, resource.status, reason);
}
