import type { FleetDefinition, ServiceDefinition } from "./definition.ts";
import type { ServicePlan } from "./plan.ts";

/** Keys of the audit trail's secret. */
export const auditKeys: readonly string[] = ["SPLUNK_HEC_URL", "SPLUNK_HEC_TOKEN"];

export function auditEnvironment(
  fleet: FleetDefinition,
  { audit }: ServiceDefinition,
): Readonly<Record<string, string>> {
  if (audit === undefined || fleet.audit === undefined) return {};
  return {
    SPLUNK_INDEX: fleet.audit.index,
    SPLUNK_SOURCE: audit.source,
    AUDIT_LOG_ENABLED: String(audit.enabled ?? true),
  };
}

function keysOf({ secrets }: FleetDefinition, name: string): string[] {
  return Object.hasOwn(secrets, name) ? Object.keys(secrets[name]?.keys ?? {}) : [];
}

/** The variables of some secrets. */
export function usesOf(fleet: FleetDefinition, uses: ServiceDefinition["secrets"] = []): ServicePlan["secrets"] {
  return uses.flatMap((use) => {
    const { secret, keys } = typeof use === "string" ? { secret: use, keys: keysOf(fleet, use) } : use;
    return keys.map((key) => ({ secret, key }));
  });
}

/** Those of the entry's secrets, and of the audit trail's. */
export function secretsOf(
  fleet: FleetDefinition,
  { secrets, audit }: Pick<ServiceDefinition, "secrets" | "audit">,
): ServicePlan["secrets"] {
  const uses = [...(secrets ?? [])];
  const trail = audit === undefined ? undefined : fleet.audit?.secret;
  const isNamed = uses.some((use) => (typeof use === "string" ? use : use.secret) === trail);
  if (trail !== undefined && !isNamed) uses.push({ secret: trail, keys: auditKeys });
  return usesOf(fleet, uses);
}
