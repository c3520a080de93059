import type { ServicePlan } from "#fleet";
import type { Stack } from "../sst.ts";

type Decisions = Readonly<
  Record<string, { readonly kind: "set" } | { readonly kind: "declined"; readonly reason: string }>
>;

/** Puts the reason for a declined alarm into the template in its place. */
export function recordDeclined(
  stack: Stack,
  services: readonly ServicePlan[],
  decisionsOf: (service: ServicePlan) => Decisions,
): void {
  const declined = services.flatMap((service) =>
    Object.entries(decisionsOf(service)).flatMap(([name, alarm]) =>
      alarm.kind === "declined" ? [[`${service.key}/${name}`, alarm.reason]] : [],
    ),
  );
  if (declined.length > 0) stack.addMetadata("DeclinedAlarms", Object.fromEntries(declined));
}
