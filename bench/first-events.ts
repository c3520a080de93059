import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand, Route53Client } from "@aws-sdk/client-route-53";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { slackPerson } from "@mcp-fleet/endpoint/doubles/chat-page";
import { paceMs } from "#chat/deliver/speech.ts";
import type { FleetDefinition } from "#fleet";
import { withButtons } from "../test/fixture/buttons.ts";
import { echo, mapOf } from "../test/stage/maps.ts";
import type { FleetStage } from "../test/stage/stage.ts";

const keys: FleetDefinition["secrets"][string] = {
  description: "A key of the fleet's own",
  keys: { KEY: { randomBytes: 32 } },
  rotation: { issuer: "random", keys: { KEY: { length: 32 } } },
};

/** One service, and everything that a stage has a function for. */
export function mapWithAllFunctions(): FleetDefinition {
  const base = withButtons(mapOf({ notes: echo("notes", { oauth: "owner", audit: { source: "bench" } }) }));
  const local = { ...base.stages.local, runsOn: "loopback" as const, registry: true, probe: {} };
  return {
    ...base,
    stages: { ...base.stages, local },
    secrets: { ...base.secrets, keys },
  };
}

/** By function: prepares what an event is about, and makes the event that AWS would send of it. */
export type Events = Readonly<Record<string, () => Promise<unknown>>>;

export async function prepareEvents(stage: FleetStage): Promise<{ readonly events: Events; close(): void }> {
  const cloudFormation = createServer((request, response) => request.resume().on("end", () => response.end()));
  cloudFormation.listen(0, "127.0.0.1");
  await once(cloudFormation, "listening");
  const address = cloudFormation.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no address.");
  const custom = (RequestType: "Create" | "Delete", ResourceProperties: object) => ({
    RequestType,
    ResponseURL: `http://127.0.0.1:${address.port}/answer?signature=x`,
    StackId: "arn:aws:cloudformation:us-east-1:000000000000:stack/bench/1",
    RequestId: randomUUID(),
    LogicalResourceId: "Bench",
    PhysicalResourceId: "Bench",
    ResourceProperties,
  });
  const secrets = new SecretsManagerClient(stage.client);
  await secrets.send(new RotateSecretCommand({ SecretId: "/local/mcp/keys", RotateImmediately: false }));
  const route53 = new Route53Client(stage.client);
  const zone = { Name: "bench.example.com", CallerReference: "bench" };
  const { HostedZone } = await route53.send(new CreateHostedZoneCommand(zone));
  const events: Events = {
    "align-splunk": async () => ({ "detail-type": "Scheduled Event" }),
    "clear-validation": async () => {
      const Name = `_${randomBytes(16).toString("hex")}.${zone.Name}`;
      const ResourceRecords = [{ Value: "_b.zone.acm-validations.aws." }];
      const ResourceRecordSet = { Name, Type: "CNAME" as const, TTL: 300, ResourceRecords };
      const ChangeBatch = { Changes: [{ Action: "CREATE" as const, ResourceRecordSet }] };
      await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: HostedZone?.Id, ChangeBatch }));
      return custom("Delete", { HostedZoneId: HostedZone?.Id, Domain: zone.Name });
    },
    "list-servers": async () => ({ rawPath: "/v0.1/servers", requestContext: { http: { method: "GET" } } }),
    "probe-services": async () => ({ "detail-type": "Scheduled Event" }),
    "rotate-secret": async () => {
      const ClientRequestToken = randomUUID();
      const SecretString = JSON.stringify({ KEY: randomUUID() });
      const pending = { SecretId: "/local/mcp/keys", ClientRequestToken, SecretString, VersionStages: ["AWSPENDING"] };
      const { ARN } = await secrets.send(new PutSecretValueCommand(pending));
      return { Step: "createSecret", SecretId: ARN, ClientRequestToken };
    },
    "seed-secret": async () => {
      const { ARN } = await secrets.send(new CreateSecretCommand({ Name: `bench-${randomUUID()}` }));
      return custom("Create", { SecretArn: ARN, Keys: JSON.stringify({ KEY: { randomBytes: 32 } }) });
    },
    "settle-secret": async () => ({ "detail-type": "Scheduled Event" }),
    "tune-alarms": async () => ({ "detail-type": "Scheduled Event" }),
    // Last, when all is done that follows a deploy; and before a button is pressed, for then the deployed one speaks.
    "alarm-to-chat": async () => {
      // One run after the other would wait for its turn: a chat takes a message a second.
      await sleep(paceMs);
      return alarmEvent();
    },
    "answer-button": async () => pressEvent(stage),
  };
  return { events, close: () => cloudFormation.close() };
}

/** Of an alarm, as SNS leaves it in the queue. */
function alarmEvent() {
  const Message = JSON.stringify(alarm(`local-mcp-notes-${randomUUID()}`));
  const TopicArn = "arn:aws:sns:us-east-1:000000000000:MCPAlerts";
  const body = JSON.stringify({ Type: "Notification", TopicArn, Subject: "ALARM", Message });
  const attributes = { SentTimestamp: String(Date.now()), ApproximateReceiveCount: "1" };
  return { Records: [{ messageId: randomUUID(), receiptHandle: "none", body, attributes }] };
}

function alarm(AlarmName: string) {
  return {
    AlarmName,
    AlarmArn: `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${AlarmName}`,
    AWSAccountId: "000000000000",
    Region: "US East (N. Virginia)",
    StateChangeTime: new Date().toISOString(),
    OldStateValue: "OK",
    NewStateValue: "ALARM",
    NewStateReason: "Threshold Crossed: 1 datapoint [7.0] was greater than the threshold (1.0).",
    AlarmDescription: "bench",
    Trigger: {
      MetricName: "HTTPCode_Target_5XX_Count",
      Namespace: "AWS/ApplicationELB",
      Statistic: "SUM",
      Dimensions: [],
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: "GreaterThanThreshold",
      Threshold: 1,
    },
  };
}

/** "Acknowledge", pressed by somebody who may, and signed by Slack. */
function pressEvent({ fleet: { chats } }: FleetStage) {
  const now = Date.now();
  const value = JSON.stringify({ group: `notes-${randomUUID()}`, seenAt: now });
  const payload = {
    type: "block_actions",
    user: slackPerson,
    response_url: new URL("/actions/bench", chats.secret.SLACK_API_URL).href,
    actions: [{ type: "button", action_id: "acknowledge", value, action_ts: (now / 1000).toFixed(6) }],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor(now / 1000));
  const signed = createHmac("sha256", chats.secret.SLACK_SIGNING_SECRET ?? "").update(`v0:${timestamp}:${body}`);
  const headers = {
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${signed.digest("hex")}`,
  };
  return { headers, body };
}
