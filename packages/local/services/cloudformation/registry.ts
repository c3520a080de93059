import type { Clock, EventBus, FunctionInvoker, Place } from "#local/endpoint/ports.ts";
import type { ResourceContext, ResourceProvider } from "#local/endpoint/service.ts";
import type { Answers } from "./custom/answers.ts";
import { customResource } from "./custom/provider.ts";
import type { InertRecords } from "./inert/inert-records.ts";
import { inertProvider } from "./inert/inert-type.ts";
import { inertTypes } from "./inert/types.ts";
import { Journal } from "./stack/journal.ts";
import type { StackStore } from "./stack/stack-store.ts";

export interface RegistryPorts {
  readonly place: Place;
  readonly clock: Clock;
  readonly providers: ReadonlyMap<string, ResourceProvider>;
  readonly functions: FunctionInvoker;
  readonly events: EventBus;
  readonly answers: Answers;
  readonly records: InertRecords;
  readonly store: StackStore;
}

/** Finds who makes resources of a type: a service, the custom resources, or nobody but a record. */
export function createRegistry(ports: RegistryPorts): (type: string) => ResourceProvider | undefined {
  const inert = new Map(
    Object.entries(inertTypes).map(([type, definition]) => [type, inertProvider(type, definition, ports.records)]),
  );
  const onFunctionError = (context: ResourceContext, message: string) => tellFunctionError(ports, context, message);
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

/** CloudFormation waits on in silence; here an event says what the function died of, for whoever wonders. */
function tellFunctionError({ store, clock, events }: RegistryPorts, context: ResourceContext, message: string): void {
  const stack = store.find(context.stackId);
  const resource = stack?.resources.get(context.logicalId);
  if (stack === undefined || resource === undefined) return;
  const reason = `The function failed, its answer is still awaited: ${message.slice(0, MAX_REASON)}`;
  new Journal(stack, clock, events).note(resource, resource.status, reason);
}
