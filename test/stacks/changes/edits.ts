import { type FleetDefinition, mapOf } from "#fleet";
import fixture from "../../fixture/map.ts";
import { slack } from "../../synth/synth.ts";

const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:573946584375:${resource}`;
const key = arn("kms", "key/11111111-2222-3333-4444-555555555555");

/** Two services, and each optional part of the map somewhere. */
export const base = mapOf({
  default: {
    ...fixture,
    stages: { prod: fixture.stages.prod },
    services: {
      google_workspace: fixture.services.google_workspace,
      notes: { ...slack, host: "notes", sessions: true, audit: { source: "mcp-notes" }, desiredCount: 2 },
    },
  },
});

const google = "services.google_workspace";
const prod = "stages.prod";
const scaling = { min: 1, max: 3, on: "cpu", target: 50 } as const;

/** For each field of the map, the change of it that is made to the running stage `prod`. */
export const edits: Readonly<Record<string, readonly [path: string, value: unknown]>> = {
  "sidecar.image": ["sidecar", { image: "registry.example.com/mcp/sidecar:2" }],
  domain: ["domain", "example.org"],
  subdomain: ["subdomain", "tools"],
  region: ["region", "eu-central-1"],
  "oauth.paths": ["oauth.paths", ["/login/*"]],
  "oauth.priority": ["oauth.priority", 40],
  "audit.secret": ["audit.secret", "splunk"],
  "audit.index": ["audit.index", "other"],
  "alarms.…": ["alarms.unhealthyHosts.threshold", 2],
  "chat.…": ["chat.fallbackEmails", ["others@themailworks.com"]],
  "secrets.*.description": ["secrets.splunk.description", "Other words"],
  "secrets.*.keys.*": ["secrets.session-keys.keys.ANOTHER_KEY", { randomBytes: 32 }],
  "secrets.*.aliases.*": ["secrets.splunk.aliases", { token: "SPLUNK_HEC_TOKEN" }],
  "secrets.*.rotation": ["secrets.google-oauth.rotation.everyDays", 30],
  "secrets.*.unproven": ["secrets.splunk.unproven", "roll"],
  "stages.*.account": [`${prod}.account`, "111122223333"],
  "stages.*.region": [`${prod}.region`, "eu-central-1"],
  "stages.*.runsOn": [`${prod}.runsOn`, "loopback"],
  "stages.*.profile": [
    prod,
    { ...base.stages.prod, profile: "disposable", domain: base.domain, alarmTopic: "MCPAlerts" },
  ],
  "stages.*.domain": [`${prod}.domain`, "example.org"],
  "stages.*.deletionProtection": [`${prod}.deletionProtection`, false],
  "stages.*.network.cidr": [`${prod}.network`, { cidr: "10.1.0.0/16" }],
  "stages.*.network.zones": [`${prod}.network`, { zones: 3 }],
  "stages.*.network.natGateways": [`${prod}.network`, { natGateways: 1 }],
  "stages.*.network.idleTimeoutSeconds": [`${prod}.network`, { idleTimeoutSeconds: 120 }],
  "stages.*.redis.nodes": [`${prod}.redis`, { nodes: 2 }],
  "stages.*.redis.nodeType": [`${prod}.redis`, { nodeType: "cache.t4g.small" }],
  "stages.*.redis.snapshotRetentionDays": [`${prod}.redis`, { snapshotRetentionDays: 14 }],
  "stages.*.controls.containerInsights": [`${prod}.controls`, { containerInsights: true }],
  "stages.*.controls.flowLogs": [`${prod}.controls`, { flowLogs: true }],
  "stages.*.controls.permissionsBoundary": [
    `${prod}.controls`,
    { permissionsBoundary: "arn:aws:iam::573946584375:policy/Boundary" },
  ],
  "stages.*.controls.accessLogs.readers": [
    `${prod}.controls`,
    { accessLogs: { readers: ["arn:aws:iam::573946584375:role/Auditors"] } },
  ],
  "stages.*.controls.encryptionKey": [`${prod}.controls`, { encryptionKey: "create" }],
  "stages.*.controls.waf.mode": [`${prod}.controls.waf.mode`, "block"],
  "stages.*.controls.waf.requestsPerFiveMinutes": [`${prod}.controls.waf.requestsPerFiveMinutes`, 2_000],
  "stages.*.controls.execTranscripts": [`${prod}.controls`, { execTranscripts: true }],
  "stages.*.controls.bootstrap.qualifier": [`${prod}.controls`, { bootstrap: { qualifier: "platform" } }],
  "stages.*.controls.bootstrap.stack": [`${prod}.controls.bootstrap.stack`, "PlatformToolkit"],
  "stages.*.shards": [`${prod}.shards`, 2],
  "stages.*.probe": [`${prod}.probe`, { everyMinutes: 5 }],
  "stages.*.registry": [`${prod}.registry`, true],
  "stages.*.recordWeight": [`${prod}.recordWeight`, 255],
  "stages.*.alarmTopic": [`${prod}.alarmTopic`, "Others"],
  "stages.*.network.endpoints": [`${prod}.network`, { endpoints: ["ecr", "logs"] }],
  "stages.*.adopt.vpc.id": [`${prod}.adopt.vpc.id`, "vpc-0000000000000000b"],
  "stages.*.adopt.vpc.publicSubnets": [`${prod}.adopt.vpc.publicSubnets`, ["subnet-0000000a", "subnet-0000000e"]],
  "stages.*.adopt.vpc.privateSubnets": [`${prod}.adopt.vpc.privateSubnets`, ["subnet-0000000c", "subnet-0000000f"]],
  "stages.*.adopt.hostedZone.…": [`${prod}.adopt`, { hostedZone: { id: "Z0ANOTHER", name: base.domain } }],
  "stages.*.adopt.secrets.*": [
    `${prod}.adopt`,
    { secrets: { splunk: arn("secretsmanager", "secret:/prod/mcp/splunk-AbC123") } },
  ],
  "stages.*.adopt.kmsKeys.*": [`${prod}.adopt`, { kmsKeys: { splunk: key } }],
  "stages.*.adopt.alarmTopicArn": [`${prod}.adopt`, { alarmTopicArn: arn("sns", "Others") }],
  "stages.*.adopt.addresses": [`${prod}.adopt`, { addresses: ["eipalloc-0000000a", "eipalloc-0000000b"] }],
  "stages.*.adopt.redisSnapshot": [`${prod}.adopt`, { redisSnapshot: "before-the-move" }],
  "services.*.host": [`${google}.host`, "workspace"],
  "services.*.image": [`${google}.image`, "registry.example.com/mcp/workspace:2"],
  "services.*.port": [`${google}.port`, 8100],
  "services.*.cpu": ["services.notes.cpu", 256],
  "services.*.memory": [`${google}.memory`, 1024],
  "services.*.entryPoint": [`${google}.entryPoint`, ["node", "server.js"]],
  "services.*.command": [`${google}.command`, ["serve"]],
  "services.*.desiredCount": [`${google}.desiredCount`, 2],
  "services.*.healthPath": [`${google}.healthPath`, "/ready"],
  "services.*.healthCodes": [`${google}.healthCodes`, "200-204"],
  "services.*.environment.*": [`${google}.environment.LOG_LEVEL`, "debug"],
  "services.*.publicVariables": [`${google}.publicVariables`, ["MCP_ENABLE_OAUTH21"]],
  "services.*.secrets": [`${google}.secrets`, ["google-oauth"]],
  "services.*.sessions": [`${google}.sessions`, false],
  "services.*.stickiness": [`${google}.stickiness`, true],
  "services.*.toolMetrics": [`${google}.toolMetrics`, true],
  "services.*.audit.source": [`${google}.audit.source`, "other"],
  "services.*.audit.enabled": [`${google}.audit.enabled`, false],
  "services.*.alarms.…": [`${google}.alarms`, { unhealthyHosts: { threshold: 2 } }],
  "services.*.oauth": ["services.notes.oauth", { rulePriority: 5 }],
  "services.*.scaling.min": [`${google}.scaling.min`, 2],
  "services.*.scaling.max": [`${google}.scaling.max`, 5],
  "services.*.scaling.on": [`${google}.scaling`, { ...scaling, on: "memory" }],
  "services.*.scaling.target": [`${google}.scaling.target`, 60],
  "services.*.scaling.schedule": [
    `${google}.scaling.schedule`,
    [{ cron: "0 8 ? * MON-FRI *", timeZone: "Europe/Berlin", min: 2, max: 3 }],
  ],
  "services.*.capacity": [`${google}.capacity`, "spot"],
  "services.*.description": [`${google}.description`, "Google Workspace"],
  "services.*.mcp": [`${google}.mcp`, false],
  "services.*.probe": [`${google}.probe`, false],
  "services.*.sidecar": ["services.notes.sidecar", { login: "none", callsPerMinute: 60 }],
  "services.*.user": [`${google}.user`, "1000:1000"],
  "services.*.readOnlyRoot": [`${google}.readOnlyRoot`, true],
  "services.*.architecture": [`${google}.architecture`, "ARM64"],
  "services.*.stopTimeout": [`${google}.stopTimeout`, 60],
  "services.*.permissions": [
    `${google}.permissions`,
    [{ actions: ["s3:GetObject"], resources: [arn("s3", "bucket/*")], reason: "It reads one." }],
  ],
  "services.*.stages": ["services.notes.stages", { except: ["prod"] }],
  "services.*.shard": [`${google}.shard`, 2],
  "services.*.local.…": [`${google}.local`, { command: ["node", "other.ts"] }],
};

/** What the stage is before a change, where that matters. */
export const before: Readonly<Record<string, FleetDefinition>> = {
  "stages.*.recordWeight": edited([`${prod}.recordWeight`, 0]),
  "stages.*.redis.nodes": edited([`${prod}.redis`, { nodes: 1 }]),
  "stages.*.controls.waf.mode": edited([`${prod}.controls`, { waf: {} }]),
  "stages.*.controls.waf.requestsPerFiveMinutes": edited([`${prod}.controls`, { waf: {} }]),
  "stages.*.controls.bootstrap.stack": edited([`${prod}.controls`, { bootstrap: { qualifier: "platform" } }]),
  "services.*.shard": edited([`${google}.shard`, 1], edited([`${prod}.shards`, 2])),
  "sidecar.image": behindSidecar(),
  "services.*.sidecar": behindSidecar(),
  ...Object.fromEntries(
    ["min", "max", "on", "target", "schedule"].map((name) => [
      `services.*.scaling.${name}`,
      edited([`${google}.scaling`, scaling]),
    ]),
  ),
  ...Object.fromEntries(
    ["id", "publicSubnets", "privateSubnets"].map((name) => [`stages.*.adopt.vpc.${name}`, inVpc()]),
  ),
};

function behindSidecar(): FleetDefinition {
  const withImage = edited(["sidecar", { image: "registry.example.com/mcp/sidecar:1" }]);
  return edited(["services.notes", { ...slack, host: "notes", sidecar: { login: "none" } }], withImage);
}

function inVpc(): FleetDefinition {
  const publicSubnets = ["subnet-0000000a", "subnet-0000000b"];
  const privateSubnets = ["subnet-0000000c", "subnet-0000000d"];
  return edited([`${prod}.adopt`, { vpc: { id: "vpc-0000000000000000a", publicSubnets, privateSubnets } }]);
}

/** The map with what is at a path replaced. */
export function edited([path, value]: readonly [string, unknown], map: FleetDefinition = base): FleetDefinition {
  return mapOf({ default: put(map, path.split("."), value) });
}

function put(whole: unknown, [step = "", ...rest]: readonly string[], value: unknown): unknown {
  const fields = typeof whole === "object" ? { ...whole } : {};
  const inner = Object.entries(fields).find(([name]) => name === step)?.[1];
  return { ...fields, [step]: rest.length === 0 ? value : put(inner, rest, value) };
}
