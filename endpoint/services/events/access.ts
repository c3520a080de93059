import * as v from "valibot";
import type { CallAccess } from "#endpoint/core/service.ts";
import type { EventsEngine } from "./engine.ts";
import { DEFAULT_BUS } from "./rules.ts";

const addressed = v.object({
  Name: v.optional(v.string()),
  Rule: v.optional(v.string()),
  ResourceARN: v.optional(v.string()),
  EventBusName: v.optional(v.string(), DEFAULT_BUS),
  Entries: v.optional(v.array(v.object({ EventBusName: v.optional(v.string(), DEFAULT_BUS) })), []),
});

export function accessOf(engine: EventsEngine): CallAccess {
  return { resourceOf: (operation, input) => resourceArns(engine, operation, input) };
}

function resourceArns(
  { place }: EventsEngine,
  operation: string,
  input: unknown,
): string | readonly string[] | undefined {
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
