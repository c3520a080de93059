import { createVerify, X509Certificate } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTagsForResourceCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAuthority } from "#endpoint/certificates/authority.ts";
import type { ResourceProvider } from "#endpoint/core/service.ts";
import { Inbox } from "#endpoint/doubles/mail/index.ts";
import type { Letter } from "#endpoint/services/sns/delivery.ts";
import { createSns, type Sns } from "#endpoint/services/sns/service.ts";
import { createSqs, type Sqs } from "#endpoint/services/sqs/service.ts";
import { account, type Served, serve, stackContext, TurnedClock } from "../serve.ts";

const invocations: { readonly name: string; readonly payload: string }[] = [];
const letters: Letter[] = [];
const log: string[] = [];
const clock = new TurnedClock(Date.UTC(2026, 10, 23, 1, 30));

let folder = "";
let ca = "";
let served: Served<{ sqs: Sqs; sns: Sns; stop(): Promise<void> }>;
let client: SNSClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sns-"));
  const authority = await openAuthority(folder);
  ca = authority.ca;
  served = await serve(
    async (place) => {
      const sqs = await createSqs({ place });
      const functions = {
        enqueue(name: string, payload: string) {
          if (name.endsWith(":missing")) throw new Error("Function not found");
          invocations.push({ name, payload });
        },
      };
      const sns = createSns({
        place,
        clock,
        queues: sqs.queues,
        functions,
        mail: (letter) => letters.push(letter),
        signingKey: async () => authority.issue(["sns.us-east-1.amazonaws.com"], "RSA_2048"),
        log: (line) => log.push(line),
      });
      const stop = async () => {
        await sns.stop();
        await sqs.stop();
      };
      return { sqs, sns, stop };
    },
    ({ sqs, sns }) => [sqs.service, sns.service],
  );
  client = new SNSClient(served.client);
});
afterAll(async () => {
  client.destroy();
  await served.close();
  await rm(folder, { recursive: true });
});

const resource = (type: string): ResourceProvider => {
  const { sqs, sns } = served.made;
  const provider = sns.service.resources?.[type] ?? sqs.service.resources?.[type];
  if (provider === undefined) throw new Error(`${type} is not registered`);
  return provider;
};

async function topic(name: string): Promise<string> {
  return String((await client.send(new CreateTopicCommand({ Name: name }))).TopicArn);
}

async function queue(name: string): Promise<string> {
  const state = await resource("AWS::SQS::Queue").create({ QueueName: name }, stackContext("Queue"));
  return String(state.attributes.Arn);
}

async function received(queueArn: string, waitSeconds = 5) {
  const signal = new AbortController().signal;
  const messages = await served.made.sqs.queues.receive(queueArn, { max: 10, waitSeconds }, signal);
  return messages.map((message) => message.body);
}

describe("SNS", () => {
  it("delivers to a queue in SNS's envelope, with the account in the topic's ARN", async () => {
    const TopicArn = await topic("MCPAlerts");
    expect(TopicArn).toBe(`arn:aws:sns:us-east-1:${account}:MCPAlerts`);
    const Endpoint = await queue("incidents");
    const { SubscriptionArn } = await client.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint }));
    const MessageAttributes = { severity: { DataType: "String", StringValue: "high" } };
    const { MessageId } = await client.send(
      new PublishCommand({ TopicArn, Subject: "ALARM: x", Message: '{"a":1}', MessageAttributes }),
    );
    const [body] = await received(Endpoint);
    expect(JSON.parse(String(body))).toMatchObject({
      Type: "Notification",
      MessageId,
      TopicArn,
      Subject: "ALARM: x",
      Message: '{"a":1}',
      Timestamp: "2026-11-23T01:30:00.000Z",
      SignatureVersion: "1",
      UnsubscribeURL: expect.stringContaining(encodeURIComponent(String(SubscriptionArn))),
      MessageAttributes: { severity: { Type: "String", Value: "high" } },
    });
  });

  it("delivers the bare body where the subscription is raw", async () => {
    const TopicArn = await topic("raw");
    const Endpoint = await queue("raw");
    const Attributes = { RawMessageDelivery: "true" };
    await client.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint, Attributes }));
    await served.made.sns.topics.publish(TopicArn, { body: "plain" });
    expect(await received(Endpoint)).toEqual(["plain"]);
  });

  it("invokes a function with Lambda's own event, which spells URLs otherwise and has a null subject", async () => {
    const TopicArn = await topic("functions");
    const Endpoint = `arn:aws:lambda:us-east-1:${account}:function:settle`;
    const { SubscriptionArn } = await client.send(new SubscribeCommand({ TopicArn, Protocol: "lambda", Endpoint }));
    await client.send(new PublishCommand({ TopicArn, Message: "changed" }));
    await expect.poll(() => invocations.at(-1)?.name).toBe(Endpoint);
    expect(JSON.parse(String(invocations.at(-1)?.payload))).toEqual({
      Records: [
        {
          EventSource: "aws:sns",
          EventVersion: "1.0",
          EventSubscriptionArn: SubscriptionArn,
          Sns: {
            Type: "Notification",
            MessageId: expect.any(String),
            TopicArn,
            Subject: null,
            Message: "changed",
            Timestamp: "2026-11-23T01:30:00.000Z",
            SignatureVersion: "1",
            Signature: expect.any(String),
            SigningCertUrl: expect.any(String),
            UnsubscribeUrl: expect.any(String),
            MessageAttributes: {},
          },
        },
      ],
    });
  });

  it("asks a web address to confirm before it sends, and retries what was refused", async () => {
    const requests: { readonly type: unknown; readonly body: string }[] = [];
    let refusals = 1;
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const type = request.headers["x-amz-sns-message-type"];
        response.statusCode = type === "Notification" && refusals-- > 0 ? 503 : 200;
        requests.push({ type, body });
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const Endpoint = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/hook`;
    const TopicArn = await topic("web");
    const made = await client.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint }));
    expect(made.SubscriptionArn).toBe("pending confirmation");
    await client.send(new PublishCommand({ TopicArn, Message: "too early" }));
    await expect.poll(() => requests.length).toBe(1);
    const confirmation = JSON.parse(String(requests[0]?.body));
    expect(confirmation).toMatchObject({ Type: "SubscriptionConfirmation", TopicArn });
    expect((await fetch(confirmation.SubscribeURL)).status).toBe(200);
    await client.send(new PublishCommand({ TopicArn, Message: "now" }));
    await expect.poll(() => clock.sleeping).toBe(1);
    clock.turn(20_000);
    await expect
      .poll(() => requests.map((request) => request.type))
      .toEqual(["SubscriptionConfirmation", "Notification", "Notification"]);
    expect(JSON.parse(String(requests[2]?.body))).toMatchObject({ Message: "now" });
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([
    ["SHA-1", "1", "RSA-SHA1"],
    ["SHA-256 where the topic asks for it", "2", "RSA-SHA256"],
  ])(
    "[AWS-10] signs with %s what anybody can verify by the certificate at SigningCertURL",
    async (_, version, algorithm) => {
      const TopicArn = await topic(`signed-${version}`);
      const set = { TopicArn, AttributeName: "SignatureVersion", AttributeValue: version };
      await client.send(new SetTopicAttributesCommand(set));
      const Endpoint = await queue(`signed-${version}`);
      await client.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint }));
      await client.send(new PublishCommand({ TopicArn, Subject: "down", Message: "It is down.\n" }));
      const message: Readonly<Record<string, string>> = JSON.parse(String((await received(Endpoint))[0]));
      expect(message.SignatureVersion).toBe(version);
      const certificate = new X509Certificate(await (await fetch(String(message.SigningCertURL))).text());
      expect(certificate.checkHost("sns.us-east-1.amazonaws.com")).toBeDefined();
      expect(certificate.verify(new X509Certificate(ca).publicKey)).toBe(true);
      const verified = (subject: string) =>
        createVerify(algorithm)
          .update(
            `Message\n${message.Message}\nMessageId\n${message.MessageId}\nSubject\n${subject}\n` +
              `Timestamp\n${message.Timestamp}\nTopicArn\n${message.TopicArn}\nType\n${message.Type}\n`,
          )
          .verify(certificate.publicKey, String(message.Signature), "base64");
      expect(verified("down")).toBe(true);
      expect(verified("up")).toBe(false);
    },
  );

  it("[AWS-10] refuses in AWS's words what is no ARN, no attribute, and ids of a batch that are not distinct", async () => {
    const TopicArn = await topic("strict");
    const refusal = async (answer: Promise<unknown>) =>
      answer.catch(({ name, message }: Error) => `${name}: ${message}`);
    expect(await refusal(client.send(new GetTopicAttributesCommand({ TopicArn: "topic" })))).toBe(
      "InvalidParameterException: Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1",
    );
    const set = { TopicArn, AttributeName: "Colour", AttributeValue: "red" };
    expect(await refusal(client.send(new SetTopicAttributesCommand(set)))).toContain(
      "Invalid parameter: AttributeName",
    );
    const PublishBatchRequestEntries = ["a", "b"].map((Message) => ({ Id: "same", Message }));
    expect(await refusal(client.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries })))).toMatch(
      /^BatchEntryIdsNotDistinct/,
    );
    const fax = { TopicArn, Protocol: "fax", Endpoint: "x" };
    expect(await refusal(client.send(new SubscribeCommand(fax)))).toBe(
      "InvalidParameterException: Invalid parameter: Amazon SNS does not support this protocol string: fax",
    );
  });

  it.each(["SNS", "SQS"])(
    "[AWS-10] shows the policy that a template gives, until the template drops it: %s",
    async (service) => {
      const TopicArn = await topic("guarded");
      await queue("guarded");
      const sqs = new SQSClient(served.client);
      const { QueueUrl = "" } = await sqs.send(new GetQueueUrlCommand({ QueueName: "guarded" }));
      const policy = async () => {
        if (service === "SNS")
          return (await client.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes?.Policy;
        const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] });
        return (await sqs.send(asked)).Attributes?.Policy;
      };
      const before = await policy();
      const provider = resource(service === "SNS" ? "AWS::SNS::TopicPolicy" : "AWS::SQS::QueuePolicy");
      const PolicyDocument = { Version: "2012-10-17", Statement: [] };
      const properties = {
        [service === "SNS" ? "Topics" : "Queues"]: [service === "SNS" ? TopicArn : QueueUrl],
        PolicyDocument,
      };
      const state = await provider.create(properties, stackContext("Policy"));
      expect(JSON.parse(String(await policy()))).toEqual(PolicyDocument);
      await provider.delete(state, properties, stackContext("Policy"));
      expect(await policy()).toBe(before);
      sqs.destroy();
    },
  );

  it("sends what it cannot deliver to the subscription's dead-letter queue", async () => {
    const TopicArn = await topic("undelivered");
    const dead = await queue("sns-dead");
    const Endpoint = `arn:aws:lambda:us-east-1:${account}:function:missing`;
    const Attributes = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead }) };
    await client.send(new SubscribeCommand({ TopicArn, Protocol: "lambda", Endpoint, Attributes }));
    await client.send(new PublishCommand({ TopicArn, Message: "lost?" }));
    const [body] = await received(dead);
    expect(JSON.parse(String(body))).toMatchObject({ Message: "lost?" });
    expect(log.at(-1)).toContain("Function not found");
  });

  it("[AWS-10] asks an address for mail to confirm, by a link, and mails it nothing else before", async () => {
    const TopicArn = await topic("people");
    const Endpoint = "ops@example.com";
    const { SubscriptionArn } = await client.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint }));
    expect(SubscriptionArn).toBe("pending confirmation");
    await client.send(new PublishCommand({ TopicArn, Subject: "down", Message: "It is down." }));
    const asked = letters.filter(({ to }) => to === Endpoint);
    expect(asked).toMatchObject([{ subject: "AWS Notification - Subscription Confirmation" }]);
    const states = async () =>
      (await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions?.map(
        (one) => one.SubscriptionArn,
      );
    expect(await states()).toEqual(["PendingConfirmation"]);
    const inbox = new Inbox();
    for (const letter of asked) expect(await inbox.confirm(letter)).toBe(true);
    expect(await states()).toEqual([expect.stringMatching(/^arn:aws:sns:/)]);
    await client.send(new PublishCommand({ TopicArn, Subject: "up", Message: "It is up." }));
    expect(letters.filter(({ to }) => to === Endpoint).slice(1)).toEqual([
      { to: Endpoint, subject: "up", body: "It is up." },
    ]);
  });

  it("[AWS-10] asks in vain whom nobody reads, unless the mailbox confirms at once, as the one of the cloud does", async () => {
    const inbox = new Inbox();
    const body = "visit\nhttp://127.0.0.1:1/_sns/?Action=ConfirmSubscription&Token=t\n";
    inbox.receive({ to: "a@example.com", subject: "s", body });
    expect(await inbox.confirm({ to: "a@example.com", subject: "s", body })).toBe(false);
    expect(await inbox.confirm({ to: "a@example.com", subject: "s", body: "no link" })).toBe(false);
    expect(inbox.list("a@example.com")).toHaveLength(1);
  });

  it("filters by attribute, or by body if configured", async () => {
    const TopicArn = await topic("filtered");
    const Endpoint = await queue("filtered");
    const { SubscriptionArn } = await client.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: "sqs",
        Endpoint,
        Attributes: { RawMessageDelivery: "true", FilterPolicy: '{"level":[{"numeric":[">=",3]}]}' },
      }),
    );
    const publish = (Message: string, level?: string) =>
      client.send(
        new PublishCommand({
          TopicArn,
          Message,
          ...(level && { MessageAttributes: { level: { DataType: "Number", StringValue: level } } }),
        }),
      );
    await publish("no level");
    await publish("low", "2");
    await publish("high", "3");
    expect(await received(Endpoint)).toEqual(["high"]);
    const set = (AttributeName: string, AttributeValue: string) =>
      client.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
    await set("FilterPolicyScope", "MessageBody");
    await set("FilterPolicy", '{"detail":{"state":["ALARM"]}}');
    await publish('{"detail":{"state":"OK"}}');
    await publish('{"detail":{"state":"ALARM"}}');
    expect(await received(Endpoint)).toEqual(['{"detail":{"state":"ALARM"}}']);
    const { Attributes } = await client.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(Attributes).toMatchObject({ FilterPolicyScope: "MessageBody", PendingConfirmation: "false" });
  });

  it("publishes batches", async () => {
    const TopicArn = await topic("batch");
    const Endpoint = await queue("batch");
    await client.send(
      new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint, Attributes: { RawMessageDelivery: "true" } }),
    );
    const entries = ["a", "b"].map((Id) => ({ Id, Message: `message ${Id}` }));
    const { Successful } = await client.send(
      new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(["a", "b"]);
    expect((await received(Endpoint)).sort()).toEqual(["message a", "message b"]);
  });

  it("answers with SNS's own errors", async () => {
    const TopicArn = `arn:aws:sns:us-east-1:${account}:none`;
    await expect(client.send(new PublishCommand({ TopicArn, Message: "x" }))).rejects.toMatchObject({
      name: "NotFoundException",
      $metadata: { httpStatusCode: 404 },
    });
    const existing = await topic("limits");
    await expect(
      client.send(new PublishCommand({ TopicArn: existing, Message: "x".repeat(262_145) })),
    ).rejects.toMatchObject({ name: "InvalidParameterException" });
    await expect(client.send(new CreateTopicCommand({ Name: "no spaces" }))).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });
});

describe("AWS::SNS", () => {
  it("creates a topic with its subscriptions, adds and drops them in place, deletes all of it", async () => {
    const [kept, dropped] = [await queue("kept"), await queue("dropped")];
    const before = {
      DisplayName: "Alerts",
      Subscription: [kept, dropped].map((Endpoint) => ({ Protocol: "sqs", Endpoint })),
      Tags: [{ Key: "team", Value: "platform" }],
    };
    const context = stackContext("Alerts", { "sst:app": "mcp-fleet" });
    const state = await resource("AWS::SNS::Topic").create(before, context);
    const TopicArn = state.physicalId;
    expect(state.attributes.TopicName).toMatch(/^local-alarms-Alerts-[A-Z0-9]{12}$/);
    const tags = await client.send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }));
    expect(tags.Tags).toEqual([
      { Key: "sst:app", Value: "mcp-fleet" },
      { Key: "team", Value: "platform" },
    ]);
    const subscription = await resource("AWS::SNS::Subscription").create(
      { TopicArn, Protocol: "sqs", Endpoint: await queue("apart"), FilterPolicy: { level: ["high"] } },
      stackContext("Apart"),
    );
    await resource("AWS::SNS::Topic").update(state, { Subscription: before.Subscription.slice(0, 1) }, before, context);
    const listed = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(listed.Subscriptions?.map(({ Endpoint }) => Endpoint?.split(":").at(-1)).sort()).toEqual(["apart", "kept"]);
    await resource("AWS::SNS::Subscription").delete(subscription, {}, stackContext("Apart"));
    expect((await client.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes).toMatchObject({
      SubscriptionsConfirmed: "1",
      Owner: account,
    });
    await resource("AWS::SNS::Topic").delete(state, {}, context);
    await resource("AWS::SNS::Topic").delete(state, {}, context);
    await expect(client.send(new GetTopicAttributesCommand({ TopicArn }))).rejects.toMatchObject({
      name: "NotFoundException",
    });
  });
});
