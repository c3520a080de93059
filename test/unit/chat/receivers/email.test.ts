import { createServer } from "node:http";
import { CreateTopicCommand, ListSubscriptionsByTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { createIdentities, openEndpoint, systemClock } from "@mcp-fleet/endpoint/core";
import { Inbox } from "@mcp-fleet/endpoint/doubles/mail";
import { createSns, type Sns } from "@mcp-fleet/endpoint/services/sns";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Card } from "#chat/card/card.ts";
import { createHttp } from "#chat/receivers/http.ts";
import { receivers } from "#chat/receivers/index.ts";
import type { Conversation } from "#chat/receivers/receiver.ts";
import { Secret } from "#chat/receivers/secret.ts";
import { mailBy } from "../../../../functions/alarm-to-chat/mail.ts";

const account = "573946584375";
const inbox = new Inbox();
let endpoint: Awaited<ReturnType<typeof openEndpoint>>;
let sns: Sns;
const nobody = async () => undefined;
let client: SNSClient;
let topic = "";

beforeAll(async () => {
  endpoint = await openEndpoint({ port: 0 });
  sns = createSns({
    place: { region: "us-east-1", account, endpointUrl: endpoint.url },
    clock: systemClock,
    queues: { send: nobody, receive: async () => [], delete: nobody, release: nobody },
    functions: { enqueue: () => undefined },
    mail: (letter) => inbox.receive(letter),
    signingKey: () => Promise.reject(new Error("Mail is not signed.")),
    log: () => undefined,
  });
  const identities = createIdentities({ account, clock: systemClock });
  endpoint.serve({ services: [sns.service], identities, log: () => undefined });
  client = clientOf(endpoint.url);
  topic = (await client.send(new CreateTopicCommand({ Name: "mail" }))).TopicArn ?? "";
});
afterAll(async () => {
  client.destroy();
  await endpoint.close();
  await sns.stop();
});

function clientOf(url: string): SNSClient {
  const credentials = { accessKeyId: "AKIALOCAL", secretAccessKey: "local" };
  return new SNSClient({ endpoint: url, region: "us-east-1", credentials, maxAttempts: 1 });
}

const begin: Conversation = { manner: "begin", broadcast: true, reference: undefined, key: "wiki-1", id: "one" };
const card: Card = {
  tone: "critical",
  title: "wiki: Healthy tasks: 0, below 1 for 1 min",
  status: ["Ongoing since 20:02 UTC"],
  lines: [{ tone: "critical", text: ["Healthy tasks: 0"] }],
  unlisted: 0,
  facts: [{ name: "Targets", value: "0 of 1 healthy" }],
  chart: undefined,
  log: ["ERROR cannot listen"],
  links: [{ label: "Alarm", url: "https://us-east-1.console.aws.amazon.com/cloudwatch/home" }],
  footer: "prod · us-east-1 · runbook: docs/runbook.md#healthyhosts",
  fallback: "wiki: no healthy task",
  runbook: undefined,
  lasting: true,
  mention: [],
};
const http = createHttp(250);
const say = (version: Card = card, conversation = begin, arn = topic, by = client) =>
  receivers.email.deliver(version, conversation, { secret: new Secret(arn), mail: mailBy(arn, by) }, http);
const mails = (to: string) => inbox.list(to).filter(({ subject }) => !subject.startsWith("AWS Notification"));

async function subscribed(Endpoint: string): Promise<void> {
  await client.send(new SubscribeCommand({ TopicArn: topic, Protocol: "email", Endpoint }));
  if (!inbox.confirms) return;
  await vi.waitFor(async () => {
    const { Subscriptions = [] } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }));
    expect(Subscriptions.find((one) => one.Endpoint === Endpoint)?.SubscriptionArn).toMatch(/^arn:/);
  });
}

describe("the receiver email", () => {
  it("[CHAT-1] [CHAT-12] mails the card as plain text, one at the beginning and one at the end, and edits nothing", async () => {
    await subscribed("ops@example.com");
    expect(await say()).toEqual({ kind: "accepted", reference: "wiki-1" });
    expect(await say(card, { ...begin, manner: "refresh" })).toMatchObject({ kind: "accepted" });
    const end = { ...card, tone: "good" as const, title: "Recovered: wiki", lasting: false };
    await say(end, { ...begin, manner: "rewrite", reference: "wiki-1" });
    const got = mails("ops@example.com");
    expect(got.map(({ subject }) => subject)).toEqual([
      "[critical] wiki: Healthy tasks: 0, below 1 for 1 min",
      "[over] Recovered: wiki",
    ]);
    for (const part of ["0 of 1 healthy", "cannot listen", "docs/runbook.md#healthyhosts", "Alarm: https://us-east-1"])
      expect(got[0]?.body).toContain(part);
  });

  it("[CHAT-12] has a subject that SNS takes, whatever the title says", async () => {
    await subscribed("odd@example.com");
    for (const title of ["é€🔴\nBcc: all@example.com", "x".repeat(500), "…", "\u202e"])
      expect(await say({ ...card, title })).toMatchObject({ kind: "accepted" });
    const subjects = mails("odd@example.com").map(({ subject }) => subject);
    expect(subjects[0]).toBe("[critical] e Bcc: all@example.com");
    for (const subject of subjects) expect(subject).toMatch(/^\[critical\][\x20-\x7e]{0,90}$/);
  });

  it("[CHAT-12] writes to nobody who has not confirmed, and the topic takes the message all the same", async () => {
    inbox.confirms = false;
    await subscribed("silent@example.com");
    inbox.confirms = true;
    expect(await say()).toMatchObject({ kind: "accepted" });
    expect(mails("silent@example.com")).toEqual([]);
  });

  it("[CHAT-3] shortens a card that is too long, and keeps what is wrong", async () => {
    await subscribed("long@example.com");
    const lines = Array.from({ length: 400 }, (_, index) => ({
      tone: "warning" as const,
      text: [`line ${index} ${"é".repeat(2_000)}`],
    }));
    expect(await say({ ...card, lines })).toMatchObject({ kind: "accepted" });
    expect(mails("long@example.com").at(-1)?.body).toMatch(/^wiki: Healthy tasks.*line 0 /s);
  });

  it("[CHAT-3] says so when the topic is gone, and comes back later when nothing answers", async () => {
    expect(await say(card, begin, `${topic}-gone`)).toEqual({ kind: "refused", reason: "NotFoundException" });
    const gone = await openEndpoint({ port: 0 });
    await gone.close();
    const unheard = clientOf(gone.url);
    expect(await say(card, begin, topic, unheard)).toEqual({ kind: "retry", reason: "ECONNREFUSED" });
    unheard.destroy();
  });

  it("[CHAT-13] counts as perhaps mailed what fails after SNS had it, comes back when throttled, and asks once each time", async () => {
    const oddly: { answer: "reset" | { readonly status: number; readonly code: string } } = { answer: "reset" };
    let asked = 0;
    const server = createServer((request, response) => {
      request.resume().on("end", () => {
        asked++;
        if (oddly.answer === "reset") return void request.socket.destroy();
        const { status, code } = oddly.answer;
        response.writeHead(status, { "content-type": "text/xml" });
        response.end(`<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code></Error></ErrorResponse>`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("No port.");
    vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${address.port}`);
    vi.stubEnv("AWS_REGION", "us-east-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIALOCAL");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    try {
      const deployed = mailBy(topic);
      const mail = () => deployed({ subject: "s", text: "t" });
      expect(await mail()).toEqual({ kind: "unknown", reason: "ECONNRESET" });
      oddly.answer = { status: 500, code: "InternalError" };
      expect(await mail()).toMatchObject({ kind: "unknown" });
      oddly.answer = { status: 429, code: "Throttled" };
      expect(await mail()).toMatchObject({ kind: "retry" });
      oddly.answer = { status: 403, code: "AuthorizationError" };
      expect(await mail()).toMatchObject({ kind: "refused" });
      expect(asked).toBe(4);
    } finally {
      vi.unstubAllEnvs();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
