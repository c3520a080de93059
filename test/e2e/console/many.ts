import type { Alarm } from "#console/model/alarm.ts";
import type { Secret } from "#console/model/secret.ts";
import type { Service } from "#console/model/service.ts";
import type { FleetView } from "#console/view.ts";

const now = Date.now();
const kinds = ["failedRequests", "errors5xx", "latencyP95", "latencyP99", "unhealthyHosts", "memory"];

/** A stage of so many services: the eighth is down, an alarm of the fiftieth rings, the sixtieth rolls. */
export function viewOf(count: number): FleetView {
  const keys = Array.from({ length: count }, (_, at) => `service-${String(at).padStart(3, "0")}`);
  const services = keys.map(serviceOf);
  const alarms = keys.flatMap((key, at) => kinds.map((kind) => alarmOf(key, kind, at === 49 && kind === "errors5xx")));
  const secrets = keys.filter((_, at) => at % 5 === 0).map(secretOf);
  return {
    stage: "prod",
    services: async () => services,
    secrets: async () => secrets,
    alarms: async () => alarms,
    chats: async () => ({ chats: [], messages: [], mutes: [], waiting: 0, dead: 0 }),
    traffic: async () =>
      keys.map((service, at) => ({
        service,
        span: "hour" as const,
        counts: Array.from({ length: 60 }, (_, minute) => (at * 7 + minute * 13) % 90),
        rate: (at % 40) / 10,
        p95: 20 + (at % 300),
        errors: at === 49 ? 31 : 0,
      })),
  };
}

function serviceOf(key: string, at: number): Service {
  const state = at === 59 ? "in-progress" : "completed";
  const task = (id: string) => ({
    id: id.repeat(32),
    phase: "healthy" as const,
    definition: `prod-mcp-${key}:4`,
    generation: "current" as const,
    createdAt: now - 3_600_000,
  });
  return {
    key,
    url: `https://${key}.mcp.example.com`,
    hostname: `${key}.mcp.example.com`,
    status: "active",
    desired: 2,
    running: at === 7 ? 0 : 2,
    healthy: at === 7 ? 0 : 2,
    deployments: [
      { id: "d", primary: true, state, reason: "", definition: `prod-mcp-${key}:4`, failedTasks: 0, createdAt: now },
    ],
    tasks: at === 7 ? [] : [task("a"), task("b")],
    ...(at === 7 && { failure: "exit code 1" }),
  };
}

function alarmOf(key: string, subject: string, rings: boolean): Alarm {
  const reason = "Threshold Crossed: 31 failed requests in five minutes.";
  const name = `prod-mcp-${key}-${subject}`;
  return { name, service: key, subject, state: rings ? "ALARM" : "OK", reason, since: now - 600_000 };
}

function secretOf(key: string): Secret {
  const version = (id: string, ...labels: string[]) => ({ id, createdAt: now - 86_400_000, labels });
  return {
    key: `secret-of-${key}`,
    name: `/prod/mcp/${key}`,
    usedBy: [key],
    status: "present",
    rotation: "configured",
    lastRotatedAt: now - 86_400_000,
    nextRotationAt: now + 86_400_000,
    versions: [version("0cc44518-aaaa", "AWSPREVIOUS"), version("1cc44518-aaaa", "AWSCURRENT")],
  };
}
