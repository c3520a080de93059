import { randomUUID } from "node:crypto";
import type { BusEvent, Place } from "#endpoint/core/ports.ts";

/** An event as rules see it. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
export type Envelope = {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  /** Whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
};

export function envelopeOf(event: BusEvent, place: Place, at: number): Envelope {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": event.detailType,
    source: event.source,
    account: place.account,
    time: new Date(at).toISOString().replace(/\.\d+Z$/, "Z"),
    region: place.region,
    resources: event.resources,
    detail: event.detail,
  };
}
