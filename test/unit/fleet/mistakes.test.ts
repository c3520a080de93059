import { RegionInfo } from "aws-cdk-lib/region-info";
import { describe, expect, it } from "vitest";
import { FleetError, loadMapFrom, type Problem } from "#fleet";
import { regions } from "#fleet/region.ts";

const service = { host: "slack", image: "registry.example.com/mcp/slack:1.4.0", port: 8001, cpu: 256, memory: 512 };
const declined = { declined: "nobody is on call for a test" };
const token = ["xoxb", "123456789012", "abcdefGHIJKL0123456789"].join("-");

const base = {
  domain: "example.com",
  region: "eu-central-1",
  stages: { prod: { account: "111122223333" }, local: { runsOn: "loopback" } },
  oauth: { paths: ["/oauth2/*"] },
  audit: { secret: "splunk", index: "mcp_audit" },
  alarms: {
    unhealthyHosts: declined,
    healthyHosts: declined,
    errors5xx: declined,
    latencyP95: declined,
    latencyP99: declined,
    latencyAverage: declined,
  },
  chat: {
    secret: "chat",
    destinations: { slack: { receiver: "slack-bot", key: "SLACK_BOT_TOKEN", channel: "C0MCPALERTS" } },
    routes: [{ to: ["slack"] }],
    fallbackEmails: ["team@example.com"],
  },
  secrets: {
    splunk: {
      description: "HEC",
      keys: { SPLUNK_HEC_URL: { placeholder: "https://replace-me" }, SPLUNK_HEC_TOKEN: { placeholder: "replace-me" } },
    },
    chat: { description: "chats", keys: { SLACK_BOT_TOKEN: { placeholder: "xoxb-replace-me" } } },
  },
  services: { login: { ...service, host: "login", oauth: "owner" } },
};

/** The base map with one thing in it changed: the path's last step is put, or taken away where it is `undefined`. */
function changed(path: string, value: unknown): unknown {
  const put = (into: unknown, [key = "", ...rest]: readonly string[]): unknown => {
    const before: unknown = into === undefined ? {} : into;
    const entries = Object.entries(Object(before));
    const inner = rest.length === 0 ? value : put(entries.find(([name]) => name === key)?.[1], rest);
    return Object.fromEntries([...entries.filter(([name]) => name !== key), [key, inner]]);
  };
  return put(base, path.split("/"));
}

const scaling = { min: 1, max: 4, on: "requests", target: 600 };
const night = { cron: "0 20 * * ? *", timeZone: "Europe/Berlin", min: 0, max: 0 };
const day = { cron: "0 8 ? * MON-FRI *", timeZone: "Europe/Berlin", min: 1, max: 4 };

const withSlack = (changes: object) => changed("services/slack", { ...service, ...changes });

async function problemsIn(map: unknown): Promise<readonly Problem[]> {
  try {
    await loadMapFrom(async () => ({ default: map }));
    return [];
  } catch (error) {
    if (error instanceof FleetError) return error.problems;
    throw error;
  }
}

const messageOf = (problems: readonly Problem[]) => new FleetError(problems).message;

it("the map that the mistakes are made in has none", async () => {
  expect(await problemsIn(base)).toEqual([]);
});

describe("[STR-8] a mistake is refused with its field and what to do", () => {
  const rows: readonly (readonly [what: string, map: unknown, field: string, says: RegExp])[] = [
    // Variables from several places.
    [
      "a variable of the entry and of a secret",
      withSlack({ environment: { SPLUNK_HEC_URL: "https://x" }, secrets: ["splunk"] }),
      "services.slack.environment.SPLUNK_HEC_URL",
      /comes from environment and from the secret splunk/,
    ],
    [
      "a variable of the entry and of the audit trail",
      withSlack({ environment: { SPLUNK_INDEX: "main" }, audit: { source: "s" } }),
      "services.slack.environment.SPLUNK_INDEX",
      /from environment and from audit/,
    ],
    [
      "a variable of the entry and of the shared sessions",
      withSlack({ environment: { REDIS_HOST: "cache" }, sessions: true }),
      "services.slack.environment.REDIS_HOST",
      /from environment and from sessions/,
    ],
    [
      "the variable that tells the idle timeout",
      withSlack({ environment: { MCP_IDLE_TIMEOUT_SECONDS: "5" } }),
      "services.slack.environment.MCP_IDLE_TIMEOUT_SECONDS",
      /from environment and from network\.idleTimeoutSeconds/,
    ],
    // Commands.
    [
      "a variable of a command with a slip",
      withSlack({ command: ["server", "--port", "$PROT"] }),
      "services.slack.command",
      /Did you mean "PORT"\?/,
    ],
    [
      "a secret in a command",
      withSlack({ entryPoint: ["server", "--token=$SLACK_BOT_TOKEN"], secrets: ["chat"] }),
      "services.slack.entryPoint",
      /let the program read SLACK_BOT_TOKEN from its environment/,
    ],
    [
      "a command as one text",
      withSlack({ command: "server --http" }),
      "services.slack.command",
      /\["server","--http"\]/,
    ],
    [
      "a secret that is named twice",
      withSlack({ secrets: ["chat", "chat"] }),
      "services.slack",
      /Name the secret once/,
    ],
    [
      "a variable that ECS sets",
      withSlack({ environment: { AWS_ACCESS_KEY_ID: "x" } }),
      "services.slack.environment.AWS_ACCESS_KEY_ID",
      /task's role/,
    ],
    [
      "a public variable that is none",
      withSlack({ environment: { MODE: "x" }, publicVariables: ["MOED"] }),
      "services.slack.publicVariables",
      /Did you mean "MODE"\?/,
    ],
    // Scaling.
    [
      "a minimum over the maximum",
      withSlack({ sessions: "none", scaling: { ...scaling, min: 5 } }),
      "services.slack.scaling.min",
      /at most max, which is 4[\s\S]*Lower min/,
    ],
    [
      "a target that cannot hold",
      withSlack({ sessions: "none", scaling: { ...scaling, on: "cpu", target: 100 } }),
      "services.slack.scaling.target",
      /10 to 90 percent[\s\S]*Leave room above it/,
    ],
    [
      "a schedule without a time zone",
      withSlack({ sessions: "none", scaling: { ...scaling, schedule: [{ cron: "0 8 * * ? *", min: 1, max: 2 }] } }),
      "services.slack.scaling.schedule.0.timeZone",
      /IANA time zone[\s\S]*office hours/,
    ],
    [
      "a target over its own alarm",
      withSlack({ sessions: "none", scaling: { ...scaling, on: "memory", target: 85 } }),
      "services.slack.scaling.target",
      /below 85 percent, over which the alarm memoryUsed rings[\s\S]*raise alarms\.memoryUsed\.share/,
    ],
    [
      "a schedule in no time zone",
      withSlack({ sessions: "none", scaling: { ...scaling, schedule: [{ ...night, timeZone: "Berlin" }, day] } }),
      "services.slack.scaling.schedule.0.timeZone",
      /IANA time zone/,
    ],
    [
      "five fields of cron",
      withSlack({ sessions: "none", scaling: { ...scaling, schedule: [{ ...day, cron: "0 8 * * MON-FRI" }] } }),
      "services.slack.scaling.schedule.0.cron",
      /six fields/,
    ],
    [
      "a night without a morning",
      withSlack({ sessions: "none", scaling: { ...scaling, schedule: [night] } }),
      "services.slack.scaling.schedule",
      /no request scales what has no task/,
    ],
    [
      "a night of the owner of the OAuth paths",
      changed("services/login", {
        ...base.services.login,
        sessions: "none",
        scaling: { ...scaling, schedule: [night, day] },
      }),
      "services.login.scaling.schedule.0.max",
      /other services send their clients there/,
    ],
    [
      "two numbers of tasks",
      withSlack({ sessions: "none", desiredCount: 2, scaling }),
      "services.slack.desiredCount",
      /set scaling\.min to 2/,
    ],
    ["more tasks than a session in memory can have", withSlack({ scaling }), "services.slack.scaling.max", /"none"/],
    // The probe.
    [
      "a probe of a service without MCP",
      withSlack({ mcp: false, probe: true }),
      "services.slack.probe",
      /for a service without MCP .*\n.*Remove `probe`/,
    ],
    [
      "an alarm of a probe that does not ask",
      withSlack({ probe: false, alarms: { probe: { wakes: true } } }),
      "services.slack.alarms.probe",
      /Remove `alarms\.probe`/,
    ],
    [
      "a probe in seconds",
      changed("stages/prod/probe", { everyMinutes: 0.5 }),
      "stages.prod.probe.everyMinutes",
      /no less than a minute/,
    ],
    // Sessions.
    [
      "two tasks that know nothing of each other",
      withSlack({ desiredCount: 2 }),
      "services.slack.desiredCount",
      /"none"/,
    ],
    ["a word for sessions", withSlack({ sessions: "redis" }), "services.slack.sessions", /true, false or "none"/],
    // Regions.
    ["a region with a slip", changed("region", "eu-centrl-1"), "region", /Did you mean "eu-central-1"\?.*region\.ts/],
    ["a region of a stage", changed("stages/prod/region", "mars-1"), "stages.prod.region", /a region of AWS/],
    // Placeholders.
    [
      "an empty placeholder",
      changed("secrets/chat/keys/SLACK_BOT_TOKEN", { placeholder: " " }),
      "secrets.chat.keys.SLACK_BOT_TOKEN.placeholder",
      /replace-me/,
    ],
    [
      "a placeholder that is a credential",
      changed("secrets/chat/keys/SLACK_BOT_TOKEN", { placeholder: token }),
      "secrets.chat.keys.SLACK_BOT_TOKEN.placeholder",
      /reissued/,
    ],
    [
      "a secret without keys",
      changed("secrets/wiki", { description: "x", keys: {} }),
      "secrets.wiki.keys",
      /at least one key/,
    ],
    // Names that were meant.
    [
      "a field with a slip",
      withSlack({ healthpath: "/x" }),
      "services.slack.healthpath",
      /Did you mean "healthPath"\?/,
    ],
    ["a field with an underscore", withSlack({ desired_count: 1 }), "services.slack.desired_count", /"desiredCount"/],
    ["a field of the map", changed("servces", {}), "servces", /Did you mean "services"\?/],
    ["a field of a stage", changed("stages/prod/acount", "1"), "stages.prod.acount", /Did you mean "account"\?/],
    [
      "a field of a network",
      changed("stages/prod/network", { natGateway: 1 }),
      "stages.prod.network.natGateway",
      /"natGateways"/,
    ],
    [
      "a control",
      changed("stages/prod/controls", { accessLog: {} }),
      "stages.prod.controls.accessLog",
      /Did you mean "accessLogs"\?/,
    ],
    [
      "access logs that nobody may read",
      changed("stages/prod/controls", { accessLogs: { readers: [] } }),
      "stages.prod.controls.accessLogs.readers",
      /roles' ARNs/,
    ],
    [
      "a reader of access logs from another account",
      changed("stages/prod/controls", { accessLogs: { readers: ["arn:aws:iam::573946584375:role/Auditors"] } }),
      "stages.prod.controls.accessLogs.readers.0",
      /111122223333/,
    ],
    [
      "an alias in place of a key",
      changed("stages/prod/controls", { encryptionKey: "alias/mine" }),
      "stages.prod.controls.encryptionKey",
      /"create"/,
    ],
    [
      "a key of another region",
      changed("stages/prod/controls", { encryptionKey: "arn:aws:kms:eu-west-1:573946584375:key/1" }),
      "stages.prod.controls.encryptionKey",
      /eu-central-1:111122223333/,
    ],
    [
      "a mode of WAF",
      changed("stages/prod/controls", { waf: { mode: "blocks" } }),
      "stages.prod.controls.waf.mode",
      /Did you mean "block"\?/,
    ],
    [
      "a rate that AWS WAF does not take",
      changed("stages/prod/controls", { waf: { requestsPerFiveMinutes: 5 } }),
      "stages.prod.controls.waf.requestsPerFiveMinutes",
      /from 10 to 2000000000/,
    ],
    [
      "a qualifier that no bucket's name can have",
      changed("stages/prod/controls", { bootstrap: { qualifier: "Platform_1" } }),
      "stages.prod.controls.bootstrap.qualifier",
      /a-z and 0-9/,
    ],
    ["a secret", withSlack({ secrets: ["splnuk"] }), "services.slack.secrets.0", /Did you mean "splunk"\?/],
    [
      "a key of a secret",
      withSlack({ secrets: [{ secret: "chat", keys: ["SLACK_BOT_TOKN"] }] }),
      "services.slack.secrets.0.keys",
      /Did you mean "SLACK_BOT_TOKEN"\?/,
    ],
    ["a stage", withSlack({ stages: { only: ["prd"] } }), "services.slack.stages", /Did you mean "prod"\?/],
    [
      "a receiver",
      changed("chat/destinations/slack", { receiver: "slack-boot", key: "SLACK_BOT_TOKEN", channel: "C0MCPALERTS" }),
      "chat.destinations.slack.receiver",
      /Did you mean "slack-bot"\?/,
    ],
    [
      "an issuer",
      changed("secrets/chat/rotation", { issuer: "randm", keys: {} }),
      "secrets.chat.rotation.issuer",
      /Did you mean "random"\?/,
    ],
    [
      "a service in a route",
      changed("chat/routes", [{ to: ["slack"], services: ["logn"] }]),
      "chat.routes.0.services",
      /Did you mean "login"\?/,
    ],
    [
      "somebody whom no chat of the route can call",
      changed("chat/routes", [{ to: ["slack"], mention: { critical: ["person@example.com"] } }]),
      "chat.routes.0.mention.critical",
      /in Slack/,
    ],
    ["a runbook that is below no address", changed("chat/runbookUrl", "docs"), "chat.runbookUrl", /https address/],
    [
      "a webhook whose signing key no secret has",
      changed("chat/destinations/hook", { receiver: "webhook", key: "SLACK_BOT_TOKEN", signingKey: "HOOK_KEY" }),
      "chat.destinations.hook.key",
      /SLACK_BOT_TOKEN/,
    ],
    [
      "a destination in a route",
      changed("chat/routes", [{ to: ["slak"] }]),
      "chat.routes.0.to",
      /Did you mean "slack"\?/,
    ],
    [
      "where a stage runs",
      changed("stages/local/runsOn", "lopback"),
      "stages.local.runsOn",
      /Did you mean "loopback"\?/,
    ],
    // Kinds of values.
    [
      "a command as text",
      withSlack({ local: { command: "node server.ts" } }),
      "services.slack.local.command",
      /Write it as a list: \["node","server.ts"\]/,
    ],
    ["a command of nothing", withSlack({ local: { command: [] } }), "services.slack.local.command", /Name the program/],
    [
      "a number for a variable",
      withSlack({ environment: { LIMIT: 5 } }),
      "services.slack.environment.LIMIT",
      /in quotes/,
    ],
    ["a port in quotes", withSlack({ port: "8001" }), "services.slack.port", /a whole number from 1 to 65535/],
    ["a port that is no number", withSlack({ port: Number.NaN }), "services.slack.port", /NaN/],
    ["fewer tasks than none", withSlack({ desiredCount: -1 }), "services.slack.desiredCount", /from 0 to 5000/],
    ["a function", withSlack({ environment: { NOW: () => "x" } }), "services.slack.environment.NOW", /a function/],
    ["an account in figures", changed("stages/prod/account", 111122223333), "stages.prod.account", /in quotes/],
    ["no stage", changed("stages", {}), "stages", /at least one stage/],
    ["a stage that Redis takes no name of", changed("stages/a--b", {}), "stages.a--b", /single -/],
    [
      "a network of no address",
      changed("stages/prod/network", { cidr: "10.0.0.300/16" }),
      "stages.prod.network.cidr",
      /IPv4/,
    ],
    [
      "a network from its middle",
      changed("stages/prod/network", { cidr: "10.0.1.0/16" }),
      "stages.prod.network.cidr",
      /first address/,
    ],
    ["a host that is no label", withSlack({ host: "slack.mcp" }), "services.slack.host", /a DNS label/],
    ["a health code no balancer takes", withSlack({ healthCodes: "500" }), "services.slack.healthCodes", /200 to 499/],
    [
      "more gateways than zones",
      changed("stages/prod/network", { natGateways: 3 }),
      "stages.prod.network.natGateways",
      /has 2 zones/,
    ],
    [
      "fewer addresses than gateways",
      changed("stages/prod/adopt", { addresses: ["eipalloc-0000000a"] }),
      "stages.prod.adopt.addresses",
      /2, one for each NAT gateway/,
    ],
    [
      "a weight that Route 53 does not know",
      changed("stages/prod/recordWeight", 256),
      "stages.prod.recordWeight",
      /0 to 255/,
    ],
    [
      "an address in place of its allocation id",
      changed("stages/prod/adopt", { addresses: ["203.0.113.7", "eipalloc-0000000a"] }),
      "stages.prod.adopt.addresses.0",
      /eipalloc-/,
    ],
    [
      "a zone of another domain",
      changed("stages/prod/adopt", { hostedZone: { id: "Z0123456789", name: "example.org" } }),
      "stages.prod.adopt.hostedZone.name",
      /the zone of example\.com/,
    ],
    ["an OAuth path without a slash", changed("oauth/paths", ["oauth2/*"]), "oauth.paths.0", /begins with \//],
    ["a destination twice", changed("chat/routes", [{ to: ["slack", "slack"] }]), "chat.routes.0.to", /each once/],
    ["a service in no stage", withSlack({ stages: { only: [] } }), "services.slack.stages.only", /at least one/],
    // Names that every object has, and none that the map has.
    [
      "a secret by the name of nothing",
      withSlack({ secrets: ["constructor"] }),
      "services.slack.secrets.0",
      /splunk, chat/,
    ],
    ["a chat's secret by the name of nothing", changed("chat/secret", "__proto__"), "chat.secret", /splunk, chat/],
    [
      "a stage by the name of nothing",
      withSlack({ stages: { only: ["toString"] } }),
      "services.slack.stages",
      /prod, local/,
    ],
    [
      "a service that no object can name",
      changed("services/constructor", service),
      "services.constructor",
      /another name/,
    ],
    // Credentials in other fields.
    [
      "a credential in a description",
      changed("secrets/chat/description", `the bot's, ${token}`),
      "secrets.chat.description",
      /reissued/,
    ],
    [
      "a credential among a command's arguments",
      withSlack({ local: { command: ["node", "server.ts", "--api-key", "8f14e45fceea167a"] } }),
      "services.slack.local.command",
      /not shown/,
    ],
    [
      "a credential in a command's variable",
      withSlack({ local: { command: ["env", "API_KEY=8f14e45fceea167a", "node"] } }),
      "services.slack.local.command",
      /not shown/,
    ],
    [
      "a credential in a reason",
      withSlack({ alarms: { errors5xx: { declined: token } } }),
      "services.slack.alarms.errors5xx.declined",
      /not shown/,
    ],
    // What is adopted, and neighbours.
    ...(
      [
        ["another region", "arn:aws:secretsmanager:us-east-1:111122223333"],
        ["another account", "arn:aws:secretsmanager:eu-central-1:444455556666"],
        ["another partition", "arn:aws-cn:secretsmanager:eu-central-1:111122223333"],
      ] as const
    ).map(
      ([what, place]) =>
        [
          `an adopted secret of ${what}`,
          changed("stages/prod/adopt", { secrets: { splunk: `${place}:secret:/prod/mcp/splunk-AbC123` } }),
          "stages.prod.adopt.secrets.splunk",
          /arn:aws:…:eu-central-1:111122223333/,
        ] as const,
    ),
    [
      "a key of another region for a secret",
      changed("stages/prod/adopt", { kmsKeys: { splunk: "arn:aws:kms:us-east-1:111122223333:key/one" } }),
      "stages.prod.adopt.kmsKeys.splunk",
      /own account and region/,
    ],
    [
      "an alias for the key of a secret",
      changed("stages/prod/adopt", { kmsKeys: { splunk: "arn:aws:kms:eu-central-1:111122223333:alias/one" } }),
      "stages.prod.adopt.kmsKeys.splunk",
      /not of an alias/,
    ],
    [
      "a key for no secret",
      changed("stages/prod/adopt", { kmsKeys: { splnk: "arn:aws:kms:eu-central-1:111122223333:key/one" } }),
      "stages.prod.adopt.kmsKeys",
      /splunk/,
    ],
    [
      "a word for an unproven value",
      changed("secrets/splunk/unproven", "ignore"),
      "secrets.splunk.unproven",
      /"wait" or "roll"/,
    ],
    [
      "an adopted topic of another region",
      changed("stages/prod/adopt", { alarmTopicArn: "arn:aws:sns:us-east-1:111122223333:pages" }),
      "stages.prod.adopt.alarmTopicArn",
      /own account and region/,
    ],
    [
      "two stages of one domain",
      changed("stages/staging", { account: "444455556666", domain: "example.com" }),
      "stages.staging.domain",
      /stage prod has this one/,
    ],
    [
      "two stages with one topic",
      changed("stages/live", { account: "111122223333", profile: "durable", domain: "example.org" }),
      "stages.live.alarmTopic",
      /MCPAlerts-live/,
    ],
    [
      "an audit trail whose secret lacks a key",
      changed("secrets/splunk/keys", { SPLUNK_HEC_URL: { placeholder: "https://replace-me" } }),
      "secrets.splunk.keys.SPLUNK_HEC_TOKEN",
      /audit\.secret/,
    ],
    // What AWS or DNS would not take.
    ["a domain that nobody sells", changed("domain", "fleet.local"), "domain", /a registered domain/],
    ["an address in place of a domain", changed("domain", "10.0.0.1"), "domain", /a registered domain/],
    [
      "a domain too long for a certificate",
      changed("domain", `${"a".repeat(60)}.com`),
      "domain",
      /at most 64 characters/,
    ],
    ["an image in capitals", withSlack({ image: "ghcr.io/Me/Slack:1" }), "services.slack.image", /lower case/],
    ["an image of somebody in capitals", withSlack({ image: "Me/slack:1" }), "services.slack.image", /lower case/],
    ["a health code's range backwards", withSlack({ healthCodes: "299-200" }), "services.slack.healthCodes", /200-299/],
    ["a health path beyond ASCII", withSlack({ healthPath: "/grüße" }), "services.slack.healthPath", /%20/],
    [
      "another port for the container than for the balancer",
      withSlack({ environment: { PORT: "9000" } }),
      "services.slack.environment.PORT",
      /"8001", the port/,
    ],
    [
      "more variables than a task holds",
      withSlack({ environment: { A: "x".repeat(60_000) } }),
      "services.slack.environment",
      /64 KiB/,
    ],
    [
      "a character that no variable holds",
      withSlack({ environment: { A: "x\0y" } }),
      "services.slack.environment.A",
      /NUL/,
    ],
    ["nothing in place of a value", withSlack({ host: null }), "services.slack.host", /= null\n.*a DNS label/],
    [
      "a list of variables",
      withSlack({ environment: ["A=b"] }),
      "services.slack.environment",
      /an object: each variable/,
    ],
    ["hours as text", changed("chat/repeatAfterHours", "4"), "chat.repeatAfterHours", /0\.25 to 168/],
  ];

  it.each(rows)("%s", async (_, map, field, says) => {
    const problems = await problemsIn(map);
    expect(problems.map((one) => one.field)).toEqual([field]);
    expect(messageOf(problems)).toMatch(says);
    for (const { allowed, remedy } of problems) expect([allowed, remedy]).not.toContain("");
  });

  it("a getter, whose value could change after the check", async () => {
    const entry = Object.defineProperty({ ...service }, "host", { enumerable: true, get: () => "slack" });
    expect(await problemsIn(changed("services/slack", entry))).toMatchObject([
      { field: "services.slack.host", value: "a getter" },
    ]);
  });

  it("all of them at once, also those between entries", async () => {
    const map = withSlack({ port: 0, healthpath: "/", imge: "x", desiredCount: 3, secrets: ["splnuk"] });
    expect((await problemsIn(map)).map(({ field }) => field).toSorted()).toEqual([
      "services.slack.desiredCount",
      "services.slack.healthpath",
      "services.slack.imge",
      "services.slack.port",
      "services.slack.secrets.0",
    ]);
  });
});

describe("[STR-8] a credential in `environment`", () => {
  it.each([
    ["NOTES", token],
    ["NOTES", ["AKIA", "IOSFODNN7ABCDEFG"].join("")],
    ["NOTES", ["ghp", "abcdefghijklmnopqrstuvwxyz0123456789"].join("_")],
    ["NOTES", ["sk-proj", "a1b2c3d4e5f6g7h8i9j0"].join("-")],
    ["NOTES", ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxIn0", "c2lnbmF0dXJl"].join(".")],
    ["NOTES", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"],
    ["DATABASE_URL", "postgres://app:hunter22@db.internal/app"],
    ["SLACK_TOKEN", "8f14e45fceea167a5a36dedd4bea2543"],
    ["ADMIN_PASSWORD", "hunter2hunter2"],
    ["API_KEY", "Zx81-Kq92-Lm03"],
    ["DB_PASSWORD", "hunter2"],
    ["PGPASSWORD", "correct horse battery staple"],
    ["clientSecret", "abcdefghijkl"],
    ["NOTES", "Server=db;User Id=app;Password=Hunter2hunter2;"],
    ["NOTES", '{"apiKey":"8f14e45fceea167a"}'],
    ["NOTES", "Authorization: Bearer abcDEF1234567890abc"],
    ["HOOK", "https://x.logic.azure.com/workflows/1/run?sig=AbCdEf1234567890"],
  ])("%s is refused, and never shown", async (name, value) => {
    const problems = await problemsIn(withSlack({ environment: { [name]: value } }));
    expect(problems).toMatchObject([{ field: `services.slack.environment.${name}` }]);
    expect(problems[0]?.remedy).toMatch(/`secrets`.*publicVariables/);
    expect(`${JSON.stringify(problems)}${messageOf(problems)}`).not.toContain(value);
  });

  it.each([
    ["WORKSPACE_EXTERNAL_URL", "{url}"],
    ["MCP_ENABLE_OAUTH21", "true"],
    ["TOKEN_URL", "https://oauth2.googleapis.com/token"],
    ["CACHE_KEY", "workspace"],
    ["PRIMARY_KEY", "customer_id"],
    ["MAX_TOKEN", "4096"],
    ["PUBLIC_KEY", "/etc/keys/public.pem"],
    ["SESSION_SECRET", "replace-me"],
    ["COMMIT", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"],
    ["DATABASE_URL", "postgres://db.internal:5432/app"],
    ["LOG_LEVEL", "debug"],
    ["MODEL", "sk-learn"],
    ["REDIS_URL", "redis://cache:6379"],
    ["DATABASE_URL", ["postgres://app:$", "{DB_PASSWORD}@db/app"].join("")],
    ["AUTH_TOKEN_TTL", "3600"],
    ["DB_PASSWORD_FILE", "/run/secrets/db"],
    ["S3_KEY_PREFIX", "reports/2026"],
    ["PASSWORD_RESET", "https://example.com/reset?token={token}"],
    ["LIST_URL", "https://example.com/list?page_token=abc123def456ghi"],
    ["KMS_KEY", "arn:aws:kms:us-east-1:111122223333:key/3f2504e0-4f89-11d3-9a0c-0305e82c3301"],
    ["SESSION_KEY", "session:v2"],
    ["CLIENT_ID", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"],
    ["SCHEMA", '{"properties":{"password":{"type":"string"}}}'],
    ["PORT", "8001"],
  ])("is not seen in %s=%s", async (name, value) => {
    expect(await problemsIn(withSlack({ environment: { [name]: value } }))).toEqual([]);
  });

  it("is allowed if the entry says that it is not one", async () => {
    const environment = { CAPTCHA_SITE_KEY: "6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ" };
    expect(await problemsIn(withSlack({ environment }))).toHaveLength(1);
    expect(await problemsIn(withSlack({ environment, publicVariables: ["CAPTCHA_SITE_KEY"] }))).toEqual([]);
  });

  it("is not shown if it is in a wrong field either", async () => {
    expect(messageOf(await problemsIn(withSlack({ token })))).not.toContain(token);
    expect(messageOf(await problemsIn(withSlack({ environment: [token] })))).not.toContain(token);
    expect(messageOf(await problemsIn(withSlack({ [token]: 1 })))).not.toContain(token);
    expect(messageOf(await problemsIn(withSlack({ local: { command: `node x --token ${token}` } })))).not.toContain(
      token,
    );
    expect(messageOf(await problemsIn(withSlack({ config: { password: "hunter2hunter2" } })))).not.toContain("hunter2");
    expect(messageOf(await problemsIn(changed("secrets/chat/keys/TEAMS", "8f14e45fceea167a")))).not.toContain("8f14e");
  });
});

describe("[STR-8] several tasks", () => {
  it.each([true, "none"] as const)("are taken with sessions: %s", async (sessions) => {
    expect(await problemsIn(withSlack({ desiredCount: 3, sessions }))).toEqual([]);
  });
});

it("[STR-8] every region that the CDK knows may be written", () => {
  const known = RegionInfo.regions
    .filter(({ partition }) => ["aws", "aws-cn", "aws-us-gov"].includes(partition ?? ""))
    .map(({ name }) => name);
  expect(known.length).toBeGreaterThan(30);
  expect(regions).toEqual(expect.arrayContaining(known));
});

describe("[STR-8] a file that is not a map", () => {
  const failing = (error: Error) => loadMapFrom(() => Promise.reject(error)).catch(String);

  it("is reported with its file and line, as Node reports them", async () => {
    const error = new SyntaxError("Expected ',', got 'ident'");
    error.stack = `file:///home/me/fleet/fleet.config.ts:7\n\n  stages: {\n  ^^^^^^\n\nSyntaxError: …\n    at parse (node:internal/modules/typescript:72:36)`;
    expect(await failing(error)).toMatch(/fleet\.config\.ts, line 7 = "SyntaxError: Expected ',', got 'ident'"/);
    const other = new ReferenceError("prod is not defined");
    other.stack = `ReferenceError: prod is not defined\n    at x (file:///a/node_modules/v/index.js:1:1)\n    at file:///a/stages.ts:12:5`;
    expect(await failing(other)).toContain("stages.ts, line 12");
  });

  it("is reported if an import leads nowhere, or if no error was thrown", async () => {
    expect(await failing(new Error("Cannot find module '/a/b.ts' imported from /a/c.ts"))).toMatch(/import's path/);
    expect(await loadMapFrom(() => Promise.reject("a text")).catch(String)).toMatch(
      /a string was thrown[\s\S]*Throw an Error/,
    );
  });

  it.each([undefined, "a text", 5, [], () => ({}), Promise.resolve({})])(
    "is reported if it exports %j",
    async (map) => {
      expect(await problemsIn(map)).toMatchObject([{ field: "export default" }]);
    },
  );

  it("is checked even if its author forgot defineFleet", async () => {
    expect((await problemsIn({ domain: "example.com" })).map(({ field }) => field)).toContain("services");
  });
});
