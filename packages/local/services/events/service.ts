import * as v from "valibot";
import type { EventBus, Place } from "#local/endpoint/ports.ts";
import type { AwsService } from "#local/endpoint/service.ts";
import { createDeliverer, type TargetPorts } from "./delivery.ts";
import type { EventsEngine } from "./engine.ts";
import { busOperations } from "./operations/buses.ts";
import { ruleOperations } from "./operations/rules.ts";
import { busPolicyResource, busResource, ruleResource } from "./resources.ts";
import { createRouter, type DeliveryPlan, type Router } from "./router.ts";
import { createRuleBook, DEFAULT_BUS } from "./rules.ts";
import { createTimetable } from "./timetable.ts";

export interface EventsPorts extends Omit<TargetPorts, "forward"> {
  readonly place: Place;
}

export interface Events {
  readonly service: AwsService;
  readonly bus: EventBus;
  /** Loses, doubles, delays and reorders deliveries as the plan says, until it is called without one. */
  disturb(plan?: DeliveryPlan): void;
  stop(): Promise<void>;
}

/** EventBridge: rules by pattern and by schedule, and their delivery to targets. */
export function createEvents(ports: EventsPorts): Events {
  const { place, clock } = ports;
  const stopped = new AbortController();
  const book = createRuleBook(place);
  const deliverer = createDeliverer({ ...ports, forward: (bus, event) => router.forward(bus, event) }, stopped.signal);
  const router: Router = createRouter(ports, book, deliverer, stopped.signal);
  const timetable = createTimetable(clock, book, router);
  const engine: EventsEngine = { clock, book, router, timetable, tags: new Map() };

  const stop = async () => {
    stopped.abort();
    timetable.stop();
  };
  return {
    service: {
      signingName: "events",
      protocol: { kind: "json" },
      operations: { ...ruleOperations(engine), ...busOperations(engine) },
      resources: {
        "AWS::Events::Rule": ruleResource(engine),
        "AWS::Events::EventBus": busResource(engine),
        "AWS::Events::EventBusPolicy": busPolicyResource(),
      },
      resourceOf: (operation, input) => resourceArns(place, operation, input),
      stop,
    },
    bus: { put: (event) => void router.put(event) },
    disturb: (plan) => router.disturb(plan),
    stop,
  };
}

const addressed = v.object({
  Name: v.optional(v.string()),
  Rule: v.optional(v.string()),
  ResourceARN: v.optional(v.string()),
  EventBusName: v.optional(v.string(), DEFAULT_BUS),
  Entries: v.optional(v.array(v.object({ EventBusName: v.optional(v.string(), DEFAULT_BUS) })), []),
});

function resourceArns(place: Place, operation: string, input: unknown): string | readonly string[] | undefined {
  const parsed = v.safeParse(addressed, input);
  if (!parsed.success) return undefined;
  const { Name, Rule, ResourceARN, EventBusName, Entries } = parsed.output;
  const prefix = `arn:aws:events:${place.region}:${place.account}`;
  const busArn = (bus: string) => (bus.startsWith("arn:") ? bus : `${prefix}:event-bus/${bus}`);
  if (operation === "PutEvents") return [...new Set(Entries.map((entry) => busArn(entry.EventBusName)))];
  if (operation.endsWith("EventBus")) return busArn(Name ?? DEFAULT_BUS);
  const rule = Rule ?? Name;
  if (rule === undefined) return ResourceARN;
  return `${prefix}:rule/${EventBusName === DEFAULT_BUS ? rule : `${EventBusName}/${rule}`}`;
}
