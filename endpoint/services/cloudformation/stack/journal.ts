import { randomUUID } from "node:crypto";
import type { Clock, EventBus } from "#endpoint/core/ports.ts";
import type { ResourceStatus, Stack, StackResource, StackStatus } from "./stack.ts";

/** Changes the status of stacks and resources, and publishes it: as a stack event and on the default event bus. */
export class Journal {
  readonly #clock: Clock;
  readonly #events: EventBus;
  readonly #stack: Stack;
  readonly #token: string | undefined;

  constructor(stack: Stack, clock: Clock, events: EventBus, token?: string) {
    this.#stack = stack;
    this.#clock = clock;
    this.#events = events;
    this.#token = token;
  }

  stack(status: StackStatus, reason?: string): void {
    const stack = this.#stack;
    stack.status = status;
    if (reason === undefined) delete stack.reason;
    else stack.reason = reason;
    this.#append(stack.name, stack.id, "AWS::CloudFormation::Stack", status, reason);
    this.#announce("CloudFormation Stack Status Change", status, reason);
  }

  /** Puts `record` in the stack, with the status. */
  resource(
    record: Omit<StackResource, "status" | "reason" | "at">,
    status: ResourceStatus,
    reason?: string,
  ): StackResource {
    const resource = this.note(record, status, reason);
    this.#stack.resources.set(resource.logicalId, resource);
    return resource;
  }

  /** Reports a resource that is not, or no longer, the stack's own under its logical id. */
  note(
    record: Omit<StackResource, "status" | "reason" | "at">,
    status: ResourceStatus,
    reason?: string,
  ): StackResource {
    this.#append(record.logicalId, record.state?.physicalId ?? "", record.type, status, reason);
    const { logicalId, type, state, properties, dependsOn, deletionPolicy, replacePolicy, metadata } = record;
    return {
      logicalId,
      type,
      properties,
      dependsOn,
      deletionPolicy,
      replacePolicy,
      status,
      at: this.#clock.now(),
      ...(state === undefined ? {} : { state }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  #append(
    logicalId: string,
    physicalId: string,
    type: string,
    status: StackStatus | ResourceStatus,
    reason: string | undefined,
  ): void {
    const last = this.#stack.events.at(-1);
    this.#stack.events.push({
      id: randomUUID(),
      logicalId,
      physicalId,
      type,
      status,
      // Pollers ask for what is later than the last event they saw, so no two may share a millisecond.
      at: Math.max(this.#clock.now(), (last?.at ?? 0) + 1),
      ...(reason === undefined ? {} : { reason }),
      ...(this.#token === undefined ? {} : { token: this.#token }),
    });
  }

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html */
  #announce(detailType: string, status: StackStatus, reason: string | undefined): void {
    this.#events.put({
      source: "aws.cloudformation",
      detailType,
      resources: [this.#stack.id],
      detail: {
        "stack-id": this.#stack.id,
        "status-details": { status, "status-reason": reason ?? "" },
        "client-request-token": this.#token ?? "",
      },
    });
  }
}
