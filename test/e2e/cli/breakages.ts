import { CreateSecretCommand, DeleteSecretCommand } from "@aws-sdk/client-secrets-manager";
import { ListSubscriptionsByTopicCommand, SNSClient, SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import {
  addUnmeasuredAlarm,
  type Break,
  deregister,
  divert,
  failRollout,
  forgetDriver,
  leavePending,
  loseEvents,
  shortenLog,
} from "./break.ts";
import type { Visit } from "./diagnosis.ts";
import { decidedMap } from "./map.ts";
import { key, pushImage, topic } from "./operated.ts";

/** What is broken on the stage, or only in what the doctor brings along: another map, other name servers. */
export interface Breakage extends Visit {
  /** The check that it trips. */
  readonly id: string;
  readonly evidence: RegExp;
  readonly break?: Break;
}

const { map, workspace, splunk } = decidedMap();
const hour = 3_600_000;
const rotated = { issuer: "splunk-hec", platform: "cloud", admin: "splunk-admin", everyDays: 30 } as const;
const local = { ...map.stages.local, redis: { nodes: 2 } };
/** One fleet for each check at least, broken in that place alone. */
export const breakages: readonly Breakage[] = [
  {
    id: "name-servers",
    evidence: /The registrar names ns1\.parking\.example for localhost/,
    world: { resolveNs: async () => ["ns1.parking.example"] },
  },
  {
    id: "certificate",
    evidence: /certificate for mcp\.localhost is PENDING_VALIDATION/,
    break: async ({ stage }) => {
      stage.cloud.acm.setStatus("mcp.localhost", "PENDING_VALIDATION");
      return async () => stage.cloud.acm.setStatus("mcp.localhost", "ISSUED");
    },
  },
  {
    id: "idle-connections",
    evidence: /local-mcp-alb keeps idle connections for 300 s, and the map says 60 s/,
    map: { ...map, stages: { ...map.stages, local: { ...map.stages.local, network: { idleTimeoutSeconds: 60 } } } },
  },
  { id: "targets", evidence: /google_workspace has 0 healthy targets of 1/, break: deregister },
  { id: "drift", evidence: /RetentionInDays is 7, but was deployed as 365/, break: shortenLog },
  {
    id: "drift",
    evidence: /cpu is 256, the map has 512/,
    map: { ...map, services: { [key]: { ...workspace, cpu: 512, memory: 1024 } } },
  },
  {
    id: "readiness",
    evidence: /The secret \/local\/mcp\/kept exists, and this stage did not create it/,
    map: {
      ...map,
      secrets: { ...map.secrets, kept: { description: "Of an earlier stage", keys: { KEY: { placeholder: "x" } } } },
    },
    break: async ({ secrets }) => {
      const { ARN: SecretId } = await secrets.send(
        new CreateSecretCommand({ Name: "/local/mcp/kept", SecretString: '{"KEY":"value"}' }),
      );
      return () => secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
    },
  },
  {
    id: "placeholders",
    evidence: /\/local\/mcp\/notes has no value for NOTE/,
    break: async ({ put }) => {
      await put("notes", { NOTE: "replace-me", OTHER: "other" });
      return () => put("notes", { NOTE: "one", OTHER: "other" });
    },
  },
  {
    // That of `alarm-road`, and no other one there.
    id: "placeholders",
    evidence: /\/local\/mcp\/chat has no value for SLACK_BOT_TOKEN/,
    testAlarm: "wanted",
    break: async ({ put, stage }) => {
      const { secret } = stage.fleet.chats;
      await put("chat", { ...secret, SLACK_BOT_TOKEN: "xoxb-replace-me" });
      return () => put("chat", secret);
    },
  },
  {
    id: "splunk-keys",
    evidence: /outdated key names: OLD_NAME is SPLUNK_HEC_TOKEN/,
    map: { ...map, secrets: { ...map.secrets, splunk: { ...splunk, aliases: { OLD_NAME: "SPLUNK_HEC_TOKEN" } } } },
  },
  {
    id: "splunk-token",
    evidence: /403/,
    break: async ({ stage }) => {
      stage.fleet.hec.disableToken("fleet");
      return async () => stage.fleet.hec.enableToken("fleet");
    },
  },
  {
    id: "rotation",
    evidence: /rotates every 30 days according to the map, but its rotation is off/,
    map: { ...map, secrets: { ...map.secrets, splunk: { ...splunk, rotation: rotated } } },
  },
  {
    id: "pending-labels",
    evidence: /pending for 2 h/,
    world: { now: () => Date.now() + 2 * hour },
    break: leavePending,
  },
  {
    id: "redis",
    evidence: /has 1 nodes of 2/,
    map: { ...map, stages: { ...map.stages, local } },
  },
  {
    id: "alarms",
    evidence: /google_workspace is muted until /,
    break: async ({ fleet }) => {
      await fleet(["alarms", "mute", key, "--reason", "a test"]);
      return () => fleet(["alarms", "mute", key, "--off"]);
    },
  },
  { id: "alarm-thresholds", evidence: /local-mcp-google-workspace-memory.* placeholders/, break: addUnmeasuredAlarm },
  {
    id: "alarm-road",
    evidence: /did not reach .*google-chat \(Google Chat\) within/,
    testAlarm: "wanted",
    patienceMs: 4_000,
    break: async ({ stage }) => {
      stage.fleet.chats.setFault("google-chat", { kind: "error" });
      return async () => stage.fleet.chats.setFault("google-chat", undefined);
    },
  },
  {
    id: "alarm-road",
    evidence: /Nobody is subscribed to .*:MCPAlerts/,
    testAlarm: "wanted",
    break: async ({ stage }) => {
      const sns = new SNSClient(stage.client);
      const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }));
      const [{ SubscriptionArn, Protocol, Endpoint } = {}] = Subscriptions;
      await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
      return () => sns.send(new SubscribeCommand({ TopicArn: topic, Protocol, Endpoint }));
    },
  },
  {
    id: "oauth-metadata",
    evidence: /\.well-known\/oauth-protected-resource\/mcp is not JSON/,
    break: divert("/.well-known/*", "text/plain"),
  },
  { id: "mcp", evidence: /\/mcp answers, but not as an MCP server/, break: divert("/mcp", "text/html") },
  {
    id: "images",
    evidence: /mcp\/workspace:latest moved \d+ s ago/,
    break: async ({ fleet, stage }) => {
      await pushImage(stage, '{"layers":["two"]}');
      return () => fleet(["redeploy", key, "--wait"]);
    },
  },
  {
    id: "secret-versions",
    evidence: /older version of \/local\/mcp\/google-oauth, judging by dates/,
    break: loseEvents,
  },
  { id: "sessions", evidence: /never logged "Using ValkeyStore"/, break: forgetDriver },
  { id: "deployments", evidence: /google_workspace/, break: failRollout },
];
