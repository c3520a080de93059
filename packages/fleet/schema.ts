import * as v from "valibot";
import { alarmNames } from "./definition.ts";
import { closed, expectation } from "./expectation.ts";

/** https://www.rfc-editor.org/rfc/rfc1123#section-2.1 */
const dnsLabel = v.pipe(
  v.string(),
  v.regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    expectation(
      "a DNS label: a-z, 0-9 and -, not at the ends, 1 to 63 characters",
      'Choose a plain label such as "slack".',
    ),
  ),
);
const domain = v.pipe(
  v.string(),
  v.regex(
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    expectation(
      "a domain name in lower case, such as example.com",
      "Write the bare domain, without scheme, port or final dot.",
    ),
  ),
);

function whole(from: number, to: number, what: string, remedy: string) {
  const message = expectation(`a whole number from ${from} to ${to}${what}`, remedy);
  return v.pipe(v.number(message), v.integer(message), v.minValue(from, message), v.maxValue(to, message));
}

const variableName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, expectation("a name of an environment variable", "Use letters, digits and _.")),
);

const Alarm = v.union(
  [
    v.strictObject({
      threshold: v.pipe(v.number(), v.minValue(0), v.finite()),
      basis: v.optional(v.picklist(["placeholder", "chosen", "measured"])),
    }),
    v.strictObject({ declined: v.pipe(v.string(), v.trim(), v.minLength(1)) }),
  ],
  expectation(
    'a decision: { threshold: number, basis?: "placeholder" | "chosen" | "measured" } or { declined: "why not" }',
    "Set a threshold, or decline the alarm and say why.",
  ),
);
const Alarms = v.pipe(
  v.record(
    v.picklist(
      alarmNames,
      expectation(`the alarms ${alarmNames.join(", ")}`, "Remove the alarm, or correct its spelling."),
    ),
    Alarm,
  ),
);

const Permission = closed({
  actions: v.array(v.string()),
  resources: v.array(v.string()),
  reason: v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, expectation("why the service needs it", "Say which call in the service's code needs it.")),
  ),
});

const Service = closed({
  host: dnsLabel,
  image: v.pipe(
    v.string(),
    v.regex(
      /^[^\s:@]+(:\d+)?(\/[^\s:@]+)*(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/,
      expectation(
        "an image with a tag or a digest, such as registry/mcp/slack:1.4.0 or registry/mcp/slack@sha256:…",
        "Add the tag or digest: without one, which version runs is anybody's guess.",
      ),
    ),
  ),
  port: whole(1, 65_535, "", "Use the port the container listens on."),
  cpu: v.number(),
  memory: v.number(),
  desiredCount: v.optional(whole(0, 5000, " tasks", "Use 0 to take the service offline.")),
  healthPath: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^\/\S{0,1023}$/,
        expectation("a path that begins with /, at most 1,024 characters", 'Put a / in front, as in "/health".'),
      ),
    ),
  ),
  healthCodes: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/,
        expectation("status codes such as 200 or 200-299,401", "Write them as a target group's matcher."),
      ),
    ),
  ),
  environment: v.optional(v.record(variableName, v.string())),
  secrets: v.optional(v.array(v.union([v.string(), closed({ secret: v.string(), keys: v.array(v.string()) })]))),
  sessions: v.optional(v.boolean()),
  audit: v.optional(closed({ source: v.string(), enabled: v.optional(v.boolean()) })),
  alarms: v.optional(Alarms),
  oauth: v.optional(
    v.union(
      [v.literal("owner"), v.literal("shared"), v.strictObject({ rulePriority: v.number() })],
      expectation('"owner", "shared" or { rulePriority: number }', 'Remove the field for the usual "shared".'),
    ),
  ),
  architecture: v.optional(v.picklist(["X86_64", "ARM64"])),
  stopTimeout: v.optional(whole(1, 120, " seconds", "Fargate waits at most 120 s.")),
  permissions: v.optional(v.array(Permission)),
  stages: v.optional(v.union([closed({ only: v.array(v.string()) }), closed({ except: v.array(v.string()) })])),
  shard: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  local: v.optional(
    closed({
      command: v.pipe(
        v.array(v.string()),
        v.minLength(1, expectation("a program and its arguments", "Name the program.")),
      ),
    }),
  ),
});

const Secret = closed({
  description: v.string(),
  keys: v.record(
    variableName,
    v.union(
      [
        v.strictObject({ placeholder: v.string() }),
        v.strictObject({ randomBytes: v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(1024)) }),
      ],
      expectation("{ placeholder: string } or { randomBytes: 16 to 1024 }", "Say how the key is filled at creation."),
    ),
  ),
  aliases: v.optional(v.record(v.string(), v.string())),
});

const Stage = closed({
  account: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{12}$/, expectation("an AWS account id: twelve digits, in quotes", "Copy it from the account menu.")),
    ),
  ),
  region: v.optional(v.string()),
  runsOn: v.optional(v.picklist(["aws", "loopback"])),
  profile: v.optional(v.picklist(["durable", "disposable"])),
  domain: v.optional(domain),
  deletionProtection: v.optional(v.boolean()),
  network: v.optional(
    closed({
      cidr: v.optional(v.string()),
      zones: v.optional(whole(2, 3, "", "A balancer needs two zones at least.")),
      natGateways: v.optional(whole(1, 3, "", "One is the least: tasks reach out through it.")),
    }),
  ),
  redis: v.optional(
    closed({
      nodes: v.optional(whole(1, 6, "", "A replication group has one primary and up to five replicas.")),
      nodeType: v.optional(v.string()),
      snapshotRetentionDays: v.optional(
        whole(0, 35, " days", "ElastiCache keeps snapshots 35 days at most; 0 is none."),
      ),
    }),
  ),
  shards: v.optional(whole(1, 50, "", "A region has 50 balancers by default.")),
  alarmTopic: v.optional(v.string()),
  adopt: v.optional(
    closed({
      hostedZone: v.optional(closed({ id: v.string(), name: domain })),
      secrets: v.optional(
        v.record(
          v.string(),
          v.pipe(
            v.string(),
            v.regex(
              /^arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+-[A-Za-z0-9]{6}$/,
              expectation(
                "the full ARN of the secret, with its last six characters",
                "Copy it from `aws secretsmanager describe-secret`.",
              ),
            ),
          ),
        ),
      ),
      alarmTopicArn: v.optional(v.string()),
    }),
  ),
});

export const Fleet = closed({
  domain,
  subdomain: v.optional(dnsLabel),
  region: v.optional(v.string()),
  oauth: closed({
    paths: v.pipe(
      v.array(v.string()),
      v.minLength(1, expectation("one to five path patterns", "Name the OAuth paths.")),
      v.maxLength(
        5,
        expectation("one to five path patterns", "An ALB rule holds five condition values: join some with *."),
      ),
    ),
    priority: v.optional(whole(2, 999, "", "Services' own rules begin at 1000.")),
  }),
  audit: closed({ secret: v.string(), index: v.string() }),
  alarms: Alarms,
  secrets: v.record(
    v.pipe(
      v.string(),
      v.regex(
        /^[a-z0-9][a-z0-9-]*$/,
        expectation("a name of a-z, 0-9 and -", "It becomes the end of the secret's path."),
      ),
    ),
    Secret,
  ),
  stages: v.record(
    v.pipe(
      v.string(),
      v.regex(/^[a-z][a-z0-9-]*$/, expectation("a name of a-z, 0-9 and -, a letter first", "Rename the stage.")),
    ),
    Stage,
  ),
  services: v.record(
    v.pipe(
      v.string(),
      v.regex(/^[a-z][a-z0-9_]*$/, expectation("a key of a-z, 0-9 and _, a letter first", "Rename the service.")),
    ),
    Service,
  ),
});
