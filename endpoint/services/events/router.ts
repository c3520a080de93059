import type { BusEvent, Clock, Place } from "#endpoint/core/ports.ts";
import type { Deliverer } from "./delivery.ts";
import { type Envelope, envelopeOf } from "./envelope.ts";
import { DEFAULT_BUS, type Rule, type Rules } from "./rules.ts";
import type { Target } from "./target.ts";

/**
 * When each copy of an event reaches a target, in milliseconds from now: `[0]` is the good case, `[]` loses it,
 * `[0, 0]` doubles it, `[60_000]` makes it late, and different delays put events out of order.
 */
export type DeliveryPlan = (event: Envelope, target: Target) => readonly number[];

export interface Router {
  put(event: BusEvent, options?: { readonly bus?: string | undefined; readonly at?: number | undefined }): string;
  /** Puts an event that has an envelope on another bus. */
  forward(bus: string, event: Envelope): void;
  /** Sends an event straight to the targets of one rule: a schedule's. */
  fire(rule: Rule, event: BusEvent, at: number): void;
  /** EventBridge promises neither order nor promptness nor exactly once: a test chooses. Without a plan all arrive. */
  disturb(plan: DeliveryPlan | undefined): void;
}

export function createRouter(
  { place, clock }: { readonly place: Place; readonly clock: Clock },
  rules: Rules,
  deliverer: Deliverer,
  signal: AbortSignal,
): Router {
  let plan: DeliveryPlan | undefined;

  const deliver = (rule: Rule, event: Envelope) => {
    for (const target of rule.targets.values()) {
      for (const delay of plan?.(event, target) ?? [0]) void deliverAfter(delay, rule, target, event);
    }
  };
  const deliverAfter = async (delay: number, rule: Rule, target: Target, event: Envelope) => {
    if (delay > 0) await clock.sleep(delay, signal);
    if (signal.aborted) return;
    // Where the dead-letter queue is gone too, the event is lost, as on AWS.
    await deliverer.deliver(rule, target, event).catch(() => undefined);
  };
  const match = (busName: string, event: Envelope) => {
    // What is put on a bus that is not there is accepted, and matches nothing.
    for (const rule of [...(rules.find(busName)?.rules.values() ?? [])]) {
      if (rule.enabled && rule.pattern?.matches(event)) deliver(rule, event);
    }
  };

  return {
    put(event, { bus = DEFAULT_BUS, at = clock.now() } = {}) {
      const envelope = envelopeOf(event, place, at);
      match(bus, envelope);
      return envelope.id;
    },
    forward: match,
    fire: (rule, event, at) => deliver(rule, envelopeOf(event, place, at)),
    disturb(next) {
      plan = next;
    },
  };
}
