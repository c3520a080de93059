import type { EventBus } from "#endpoint/core/ports.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { accessOf } from "./access.ts";
import { createDeliverer } from "./delivery.ts";
import type { EventsPorts } from "./engine.ts";
import { operationsOf } from "./operations/index.ts";
import { quotas } from "./quotas.ts";
import { resourcesOf } from "./resources.ts";
import { createRouter, type DeliveryPlan, type Router } from "./router.ts";
import { createRules } from "./rules.ts";
import { createTimetable } from "./timetable.ts";

export interface Events {
  readonly service: AwsService;
  readonly bus: EventBus;
  /** Loses, doubles, delays and reorders deliveries as the plan says, until it is called without one. */
  disturb(plan?: DeliveryPlan): void;
  stop(): Promise<void>;
}

/** EventBridge: rules by pattern and by schedule, and their delivery to targets. */
export function createEvents(ports: EventsPorts): Events {
  const { place, clock, trail = false } = ports;
  const stopped = new AbortController();
  const rules = createRules(place, () => clock.now());
  const deliverer = createDeliverer({ ...ports, forward: (bus, event) => router.forward(bus, event) }, stopped.signal);
  const router: Router = createRouter(ports, rules, deliverer, stopped.signal);
  const timetable = createTimetable(clock, rules, router);
  const engine = { place, clock, rules, router, timetable, tags: new Map<string, ReadonlyMap<string, string>>() };

  const stop = async () => {
    stopped.abort();
    timetable.stop();
  };
  return {
    service: {
      signingName: "events",
      protocol: { kind: "json" },
      operations: operationsOf(engine),
      quotas,
      resources: resourcesOf(engine),
      ...accessOf(engine),
      stop,
    },
    bus: {
      put(event) {
        if (trail || !event.detailType.endsWith(" via CloudTrail")) router.put(event);
      },
    },
    disturb: (plan) => router.disturb(plan),
    stop,
  };
}
