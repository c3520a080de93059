import * as v from "valibot";
import { severities } from "#fleet/definition.ts";
import { serviceOfEcs } from "./alarm.ts";
import { timeOf } from "./envelope.ts";
import { present, text } from "./field.ts";
import type { Reader } from "./reader.ts";

/** What the fleet's own functions publish to the topic: a rotation's outcome, new thresholds. */
export const FleetNotice = v.object({
  source: v.literal("mcp-fleet"),
  kind: v.string(),
  /** What it concerns, such as a secret's name. */
  subject: v.string(),
  /** `firing` lasts until a `resolved` or `succeeded` with the same kind and subject. */
  phase: v.picklist(["firing", "resolved", "succeeded", "notice"]),
  severity: v.picklist(severities),
  title: v.string(),
  text,
  /** ISO 8601. */
  at: text,
  service: text,
});
export type FleetNotice = v.InferOutput<typeof FleetNotice>;

export const readFleetNotice: Reader = ({ json, at: sentAt }) => {
  const parsed = v.safeParse(FleetNotice, json);
  if (!parsed.success) return undefined;
  const { kind, subject, phase, severity, title, text, at: saidAt, service } = parsed.output;
  const at = timeOf(saidAt ?? undefined) ?? sentAt;
  return {
    kind: "incident",
    incident: {
      subject: `${kind}:${subject}`,
      change: `${kind}:${subject}@${phase}@${at}`,
      at,
      phase,
      severity,
      // A function that rolls services knows them by their names in ECS; routes and links know the map's keys.
      service: service ? (serviceOfEcs(service) ?? service) : undefined,
      story:
        kind === "rotation"
          ? { kind: "rotation", secret: subject, outcome: title, reason: present(text) }
          : { kind: "notice", fleet: kind, title, facts: [], text: text ?? "" },
    },
  };
};
