import * as v from "valibot";

/** ISO 8601, in UTC. */
const time = v.pipe(v.string(), v.isoTimestamp());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const stage = v.pipe(v.string(), v.description("The stage that was asked about."));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

const alarm = v.object({
  name: v.string(),
  arn: v.string(),
  metric: v.pipe(v.optional(v.string()), v.description("Absent where several alarms are combined.")),
  service: v.optional(v.string()),
  kind: v.optional(v.string()),
  state: v.picklist(["OK", "ALARM", "INSUFFICIENT_DATA"]),
  since: v.nullable(time),
  reason: v.string(),
  threshold: v.optional(v.number()),
  basis: v.pipe(
    v.optional(v.picklist(["placeholder", "chosen", "measured"])),
    v.description("Where the threshold comes from."),
  ),
  wakes: v.pipe(v.optional(v.boolean()), v.description("Whether it wakes people.")),
  muted: v.boolean(),
  actions: v.pipe(v.array(v.string()), v.description("Whom it notifies, by ARN.")),
});

const deployment = v.object({
  id: v.string(),
  primary: v.boolean(),
  taskDefinition: v.string(),
  desired: count,
  running: count,
  pending: count,
  failed: count,
  state: v.picklist(["COMPLETED", "FAILED", "IN_PROGRESS"]),
  reason: v.string(),
  createdAt: v.nullable(time),
});

const service = v.object({
  key: v.string(),
  url: v.pipe(v.string(), v.url()),
  deployed: v.boolean(),
  desired: count,
  running: count,
  pending: count,
  deployments: v.array(deployment),
  targets: v.pipe(
    v.nullable(v.array(v.object({ id: v.string(), state: v.string(), reason: v.optional(v.string()) }))),
    v.description("Null where the balancer was not asked: of more than forty services, those in doubt are."),
  ),
  probe: v.pipe(
    v.nullable(
      v.object({
        state: v.picklist(["up", "login", "down"]),
        since: v.nullable(time),
        reason: v.nullable(v.string()),
        tools: v.nullable(count),
      }),
    ),
    v.description("What an MCP client met. Null where it was not asked."),
  ),
  failure: v.nullable(
    v.object({
      kind: v.string(),
      cause: v.string(),
      exitCode: v.nullable(v.number()),
      reason: v.string(),
      task: v.pipe(v.nullable(v.string()), v.description("Null where an alarm ended the release.")),
      at: time,
    }),
  ),
  tasks: v.array(
    v.object({
      arn: v.string(),
      status: v.string(),
      taskDefinition: v.string(),
      deployment: v.optional(v.string()),
      image: v.optional(v.string()),
      imageDigest: v.optional(v.string()),
      createdAt: v.nullable(time),
      startedAt: v.nullable(time),
      olderSecrets: v.array(v.string()),
    }),
  ),
  secrets: v.array(
    v.object({
      key: v.string(),
      name: v.string(),
      currentVersion: v.nullable(v.string()),
      currentSince: v.nullable(time),
    }),
  ),
});

const status = v.object({
  stage,
  region: v.string(),
  well: v.pipe(v.boolean(), v.description("The exit code is 0 if it is true, else 1.")),
  troubles: v.array(
    v.object({ severity: v.picklist(["down", "failing", "overdue"]), subject: v.string(), lines: v.array(v.string()) }),
  ),
  ringing: v.array(alarm),
  mutes: v.array(
    v.object({
      target: v.string(),
      reason: v.string(),
      by: v.string(),
      since: v.nullable(time),
      until: v.nullable(time),
    }),
  ),
  probe: v.pipe(v.nullable(v.object({ lastRound: v.nullable(time) })), v.description("Null where nobody probes.")),
  services: v.array(service),
});

const log = v.object({
  time,
  service: v.string(),
  task: v.string(),
  level: v.nullable(v.picklist(["debug", "info", "warn", "error"])),
  message: v.pipe(v.string(), v.description("The line as the task wrote it.")),
});

const events = v.object({ stage, events: v.array(v.object({ at: time, service: v.string(), text: v.string() })) });

const top = v.object({
  stage,
  services: v.array(
    v.object({
      service: v.string(),
      requestsPerMinute: v.nullable(v.number()),
      failedShare: v.nullable(share),
      p95Ms: v.nullable(v.number()),
      cpuPercent: v.nullable(v.number()),
      memoryPercent: v.nullable(v.number()),
    }),
  ),
});

const history = v.array(
  v.object({ at: time, kind: v.picklist(["release", "roll", "secret", "scaling", "alarm", "task"]), text: v.string() }),
);

const rollback = v.array(
  v.object({
    revision: count,
    runs: v.pipe(v.boolean(), v.description("Whether the service runs on it now.")),
    kind: v.picklist(["release", "roll"]),
    at: v.nullable(time),
    finishedAt: v.nullable(time),
    status: v.string(),
    alarms: v.pipe(v.array(v.string()), v.description("Those that ended it.")),
    taskDefinition: v.string(),
    image: v.nullable(v.string()),
    digest: v.nullable(v.string()),
    by: v.nullable(v.string()),
    reason: v.nullable(v.string()),
  }),
);

const secretsList = v.object({
  stage,
  secrets: v.array(
    v.object({
      key: v.string(),
      name: v.string(),
      exists: v.boolean(),
      state: v.picklist(["missing", "deleted", "no value", "settled", "rotating", "rolling", "stuck"]),
      currentSince: v.nullable(time),
      pending: v.boolean(),
      rotation: v.picklist(["on", "off"]),
      lastRotation: v.nullable(time),
      nextRotation: v.nullable(time),
      usedBy: v.array(v.string()),
      functions: v.pipe(v.array(v.string()), v.description("The fleet's own functions that use it.")),
    }),
  ),
});

const secretsGetKeys = v.object({
  stage,
  name: v.string(),
  keys: v.array(
    v.object({
      key: v.string(),
      state: v.picklist(["set", "placeholder", "missing", "legacy name", "not in the map"]),
    }),
  ),
});

const secretsHistory = v.object({
  stage,
  name: v.string(),
  versions: v.array(v.object({ id: v.string(), labels: v.array(v.string()), createdAt: time })),
});

const auditCheck = v.object({
  stage,
  index: v.string(),
  marker: v.string(),
  search: v.string(),
  accepted: v.boolean(),
  found: v.pipe(v.nullable(v.boolean()), v.description("Null where Splunk cannot be searched.")),
  problem: v.nullable(v.string()),
});

const connect = v.object({
  mcpServers: v.record(
    v.string(),
    v.union([
      v.object({ type: v.literal("http"), url: v.pipe(v.string(), v.url()) }),
      v.object({
        command: v.string(),
        args: v.array(v.string()),
        env: v.optional(v.record(v.string(), v.string())),
      }),
    ]),
  ),
});

const doctor = v.object({
  stage,
  results: v.array(
    v.object({
      id: v.string(),
      verdict: v.picklist(["ok", "warning", "failure", "skipped"]),
      evidence: v.string(),
      remedy: v.optional(v.string()),
    }),
  ),
});

const drill = v.object({
  stage,
  service: v.string(),
  passed: v.pipe(v.boolean(), v.description("The exit code is 0 if it is true, else 1.")),
  steps: v.array(
    v.object({
      step: v.string(),
      title: v.string(),
      verdict: v.picklist(["passed", "failed", "not possible", "not run"]),
      text: v.pipe(v.string(), v.description("What was seen, or why it was not.")),
      tookMs: count,
      people: v.object({ calls: count, failed: count, hurtMs: count }),
      left: v.pipe(v.array(v.string()), v.description("What is still to be put back, by hand.")),
    }),
  ),
});

const diff = v.object({
  stage,
  deployed: v.boolean(),
  changes: v.array(v.object({ kind: v.picklist(["add", "change", "remove"]), text: v.string() })),
  /** What a deploy would refuse, and the way. */
  refused: v.array(v.object({ evidence: v.string(), remedy: v.string() })),
});

const moveCheck = v.object({
  stage,
  source: v.picklist(["state", "plan"]),
  findings: v.array(
    v.object({
      before: v.picklist(["deploy", "switch", "destroy"]),
      verdict: v.picklist(["collides", "adopt", "differs", "do", "ok"]),
      evidence: v.string(),
      remedy: v.optional(v.string()),
    }),
  ),
  unasked: v.pipe(v.array(v.string()), v.description("What the credentials may not ask, and why.")),
});

const cost = v.object({
  stage,
  currency: v.literal("USD"),
  prices: v.object({ region: v.string(), asOf: v.string() }),
  lines: v.array(v.object({ what: v.string(), type: v.string(), count, monthly: v.number() })),
  monthly: v.number(),
  oneMore: v.number(),
  unpriced: v.array(v.string()),
});

/**
 * What each command prints with `--json`: one document, and for `logs` one on each line. Fields may be added, never
 * removed or renamed.
 */
export const documents = {
  status,
  logs: log,
  events,
  top,
  history,
  rollback,
  "secrets list": secretsList,
  "secrets get-keys": secretsGetKeys,
  "secrets history": secretsHistory,
  "alarms list": v.object({ stage, alarms: v.array(alarm) }),
  "audit check": auditCheck,
  connect,
  doctor,
  drill,
  diff,
  cost,
  "move check": moveCheck,
} as const;

export type DocumentName = keyof typeof documents;

export function isDocument(name: string): name is DocumentName {
  return Object.hasOwn(documents, name);
}
