import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type ChatDoubles, chatNames, type PlaceName, startChatDoubles } from "@mcp-fleet/endpoint/doubles/chat-page";
import { noFindings } from "#chat/card/enrichment.ts";
import type { RoadPorts } from "#chat/deliver/ports.ts";
import { type Speaker, speakerOf } from "#chat/deliver/speaker.ts";
import { createHttp } from "#chat/receivers/http.ts";
import { receivers } from "#chat/receivers/index.ts";
import { Secret } from "#chat/receivers/secret.ts";
import { createIncidentTable } from "#chat/record/incident-table.ts";
import { carry, type QueuedMessage } from "#chat/road.ts";
import type { ChatSettings } from "#chat/settings.ts";
import { serveDynamoDb } from "../test/endpoint/serve.ts";
import { createIncidentsTable } from "../test/fixture/incidents-table.ts";
import { median } from "./median.ts";

export interface ChatBench {
  /** From the function's event to accepted by the last of four chats; medians. */
  readonly acceptedMs: number;
  readonly storm: {
    readonly alarms: number;
    readonly seconds: number;
    readonly alarmsPerSecond: number;
    /** Over four destinations, edits included. */
    readonly requests: number;
    /** Alarms the last digest of each destination has counted. */
    readonly counted: readonly number[];
    readonly deferred: number;
  };
}

const keys: Readonly<Record<PlaceName, string>> = {
  "slack-bot": "SLACK_BOT_TOKEN",
  "slack-webhook": "SLACK_WEBHOOK_URL",
  teams: "TEAMS_WEBHOOK_URL",
  "google-chat": "GOOGLE_CHAT_WEBHOOK_URL",
};
const services = 1_000;
const alarmsOfAService = 10;
/** As many as an event of six megabytes holds. */
const batch = 2_500;
const rounds = 7;

/** The road from the queue's batch to four chats, over a real table: one alarm, and ten thousand of them. */
export async function benchChat(): Promise<ChatBench> {
  const chats = await startChatDoubles();
  const served = await serveDynamoDb();
  const client = new DynamoDBClient(served.client);
  try {
    await createIncidentsTable(client);
    const ports = portsOf(chats, client);
    const accepted: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      await carry([alarm(`single-${round}`, 0)], settings, ports, Date.now() + 60_000);
      accepted.push(performance.now() - began);
      await ports.clock.sleep(1_100);
    }
    return { acceptedMs: Math.round(median(accepted)), storm: await storm(chats, ports) };
  } finally {
    client.destroy();
    await Promise.all([served.close(), chats.stop()]);
  }
}

async function storm(chats: ChatDoubles, ports: RoadPorts): Promise<ChatBench["storm"]> {
  const alarms = Array.from({ length: services * alarmsOfAService }, (_, index) =>
    alarm(`service-${index % services}`, Math.floor(index / services)),
  );
  const before = chats.requests;
  const began = performance.now();
  let deferred = 0;
  for (let from = 0; from < alarms.length; from += batch) {
    deferred += (await carry(alarms.slice(from, from + batch), settings, ports, Date.now() + 60_000)).length;
  }
  const seconds = (performance.now() - began) / 1_000;
  const counted = chatNames.map((chat) => {
    const said = JSON.stringify(chats.list(chat).at(-1)?.payload);
    return Number(/(\d+) started/.exec(said)?.[1] ?? 0);
  });
  return {
    alarms: alarms.length,
    seconds: Math.round(seconds * 10) / 10,
    alarmsPerSecond: Math.round(alarms.length / seconds),
    requests: chats.requests - before,
    counted,
    deferred,
  };
}

const settings: ChatSettings = {
  stage: "prod",
  region: "us-east-1",
  destinations: Object.fromEntries(chatNames.map((name) => [name, { receiver: "teams", key: keys[name] }])),
  routes: [{ to: [...chatNames] }],
  mutes: [],
  repeatAfterHours: 4,
};

function portsOf(chats: ChatDoubles, client: DynamoDBClient): RoadPorts {
  const http = createHttp();
  const speakers = new Map(
    chatNames.map((name): readonly [string, Speaker] => {
      const secret = new Secret(chats.secret[keys[name]] ?? "");
      const address = { secret, channel: "C0MCPALERTS", api: chats.secret.SLACK_API_URL ?? "" };
      return [name, speakerOf(receivers[name], address, http)];
    }),
  );
  return {
    store: createIncidentTable("incidents", client),
    clock: { now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
    log: () => {},
    speakers: async () => speakers,
    serviceOf: async () => undefined,
    standing: async () => new Map(),
    look: async () => noFindings,
  };
}

function alarm(service: string, number: number): QueuedMessage {
  const AlarmName = `prod-mcp-${service}-${number}`;
  const Message = JSON.stringify({
    AlarmName,
    AlarmArn: `arn:aws:cloudwatch:us-east-1:573946584375:alarm:${AlarmName}`,
    NewStateValue: "ALARM",
    OldStateValue: "OK",
    NewStateReason: "Threshold Crossed: 1 datapoint [3.0 (23/09/26 20:01:00)] was greater than the threshold (1.0).",
    StateChangeTime: new Date().toISOString().replace("Z", "+0000"),
    Trigger: {
      MetricName: "UnHealthyHostCount",
      Namespace: "AWS/ApplicationELB",
      Statistic: "MAXIMUM",
      Dimensions: [{ name: "TargetGroup", value: `targetgroup/prod-mcp-${service}-tg/943f017f100becff` }],
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: "GreaterThanThreshold",
      Threshold: 1,
    },
  });
  return {
    id: AlarmName,
    body: JSON.stringify({ Type: "Notification", Message }),
    sentAt: Date.now(),
    receiveCount: 1,
  };
}
