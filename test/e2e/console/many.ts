import type { Alarm } from "#console/model/alarm.ts";
import type { Secret } from "#console/model/secret.ts";
import type { Service } from "#console/model/service.ts";
import { type Course, type Span, spans, type ToolHistory } from "#console/model/tool.ts";
import { isFound } from "#console/reading/audit.ts";
import type { FleetView } from "#console/view.ts";

const now = Date.now();
const toolNames = ["search_mail", "send_mail", "list_events", "create_event", "read_file", "query"];
const kinds = ["failedRequests", "errors5xx", "latencyP95", "latencyP99", "unhealthyHosts", "memory"];

/** A stage of so many services: the eighth is down, an alarm of the fiftieth rings, the sixtieth rolls. */
export function viewOf(count: number): FleetView {
  const keys = Array.from({ length: count }, (_, at) => `service-${String(at).padStart(3, "0")}`);
  const services = keys.map(serviceOf);
  const alarms = keys.flatMap((key, at) => kinds.map((kind) => alarmOf(key, kind, at === 49 && kind === "errors5xx")));
  const secrets = keys.filter((_, at) => at % 5 === 0).map(secretOf);
  const audits = keys.map((key, at) => ({
    at: now - at * 60_000,
    source: `mcp-${key}`,
    who: at % 2 === 0 ? "ada@example.com" : "grace@example.com",
    action: "tool_call",
    tool: toolNames[at % toolNames.length] ?? "",
    outcome: at % 9 === 0 ? "error" : "success",
  }));
  return {
    stage: "prod",
    toDeploy: "npx sst deploy --stage prod",
    services: async () => services,
    secrets: async () => secrets,
    alarms: async () => alarms,
    chats: async () => ({ chats: [], messages: [], mutes: [], waiting: 0, dead: 0 }),
    tools: async (service, span) => toolsOf(keys.indexOf(service), span),
    findAudits: async (filter) => audits.filter((audit) => isFound(filter, audit)),
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
    auditSource: `mcp-${key}`,
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
    functions: [],
    status: "present",
    rotation: "configured",
    lastRotatedAt: now - 86_400_000,
    nextRotationAt: now + 86_400_000,
    versions: [version("0cc44518-aaaa", "AWSPREVIOUS"), version("1cc44518-aaaa", "AWSCURRENT")],
  };
}

/** A release in the middle, after which one tool fails more often. */
function toolsOf(seed: number, span: Span): ToolHistory {
  const { ms, period } = spans[span];
  const times = Array.from({ length: ms / (period * 1000) }, (_, at) => now - ms + at * period * 1000);
  const release = times[Math.floor(times.length / 2)] ?? now;
  const course = (name: string, level: number): Course => {
    const calls = times.map((_, at) => Math.round(level * (1.2 + Math.sin((at + seed) / 5))));
    return {
      name,
      calls,
      errors: times.map((time, at) => (name === "send_mail" && time >= release ? Math.round((calls[at] ?? 0) / 9) : 0)),
      p95: times.map((_, at) => (at % 17 === 3 ? null : 80 + level * 4 + 40 * Math.cos((at + seed) / 7))),
    };
  };
  const marks = [{ at: release, kind: "release" as const, text: "deployment, successful" }];
  const tools = toolNames.map((name, at) => course(name, 30 / (at + 1)));
  return { times, requests: course("all requests", 80), tools, more: 0, marks };
}
