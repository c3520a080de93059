import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResourceProvider } from "#endpoint/core/service.ts";
import { createSqs, type Sqs } from "#endpoint/services/sqs/service.ts";
import { account, type Served, serve } from "../serve.ts";

const arnOf = (name: string) => `arn:aws:sqs:us-east-1:${account}:${name}`;

let served: Served<Sqs>;
let sqs: Sqs;
let client: SQSClient;
beforeAll(async () => {
  served = await serve(
    (place) => createSqs({ place }),
    (made) => [made.service],
  );
  sqs = served.made;
  client = new SQSClient(served.client);
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

const context = {
  region: "us-east-1",
  account,
  stackName: "local-alarms",
  stackId: `arn:aws:cloudformation:us-east-1:${account}:stack/local-alarms/1`,
  logicalId: "Incidents",
  stackTags: { "sst:stage": "local" },
  signal: new AbortController().signal,
};
const provider = (): ResourceProvider => {
  const queue = sqs.service.resources?.["AWS::SQS::Queue"];
  if (queue === undefined) throw new Error("AWS::SQS::Queue is not registered");
  return queue;
};

describe("SQS", () => {
  it("names queues in the place's account, by URLs that lead back through the endpoint", async () => {
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: "alarms" }));
    expect(QueueUrl).toBe(`${served.place.endpointUrl}/${account}/alarms`);
    expect(await client.send(new GetQueueUrlCommand({ QueueName: "alarms" }))).toMatchObject({ QueueUrl });
    expect((await client.send(new ListQueuesCommand())).QueueUrls).toContain(QueueUrl);
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
    expect(Attributes?.QueueArn).toBe(arnOf("alarms"));
  });

  it("[AWS-10] has no member for what there is none of, nor for an attribute that was set to nothing", async () => {
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: "bare" }));
    const policy = { QueueUrl, Attributes: { Policy: "" } };
    await client.send(new SetQueueAttributesCommand(policy));
    const answers = await Promise.all([
      client.send(new ListQueuesCommand({ QueueNamePrefix: "nothing" })),
      client.send(new ListQueueTagsCommand({ QueueUrl })),
      client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] })),
    ]);
    for (const { $metadata: _, ...members } of answers) expect(Object.values(members)).toEqual([]);
  });

  it("carries a body that holds an account's ARN unchanged (SDKs check its MD5)", async () => {
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: "arns" }));
    const MessageBody = JSON.stringify({ arn: arnOf("x"), other: "arn:aws:sqs:us-east-1:000000000000:y" });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages?.[0]?.Body).toBe(MessageBody);
  });

  it("serves an SDK that posts to the queue's own URL", async () => {
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: "direct" }));
    // Without an endpoint of its own, the SDK takes the queue's URL for it, path and all.
    const { region, credentials } = served.client;
    const direct = new SQSClient({ region, credentials });
    await direct.send(new SendMessageCommand({ QueueUrl, MessageBody: "hello" }));
    direct.destroy();
    const [message] = await sqs.queues.receive(arnOf("direct"), { max: 1, waitSeconds: 0 }, context.signal);
    expect(message?.body).toBe("hello");
  });

  it("moves a message that was received too often to its dead-letter queue", async () => {
    const dead = await provider().create({ QueueName: "dead" }, context);
    const RedrivePolicy = { deadLetterTargetArn: dead.attributes.Arn, maxReceiveCount: 2 };
    const queue = await provider().create({ QueueName: "work", RedrivePolicy, VisibilityTimeout: 0 }, context);
    await sqs.queues.send(arnOf("work"), "poison");
    for (const count of ["1", "2"]) {
      const [message] = await sqs.queues.receive(arnOf("work"), { max: 10, waitSeconds: 0 }, context.signal);
      expect(message?.attributes.ApproximateReceiveCount).toBe(count);
    }
    expect(await sqs.queues.receive(arnOf("work"), { max: 10, waitSeconds: 0 }, context.signal)).toEqual([]);
    const [moved] = await sqs.queues.receive(arnOf("dead"), { max: 10, waitSeconds: 0 }, context.signal);
    expect(moved?.body).toBe("poison");
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: queue.physicalId, AttributeNames: ["RedrivePolicy"] }),
    );
    expect(JSON.parse(Attributes?.RedrivePolicy ?? "")).toMatchObject({ deadLetterTargetArn: arnOf("dead") });
  });

  it("stops a long poll at once when asked, and keeps what arrives after it", async () => {
    await provider().create({ QueueName: "polled" }, context);
    const stop = new AbortController();
    const polling = sqs.queues.receive(arnOf("polled"), { max: 1, waitSeconds: 20 }, stop.signal);
    stop.abort();
    expect(await polling).toEqual([]);
    await sqs.queues.send(arnOf("polled"), "late");
    const [message] = await sqs.queues.receive(arnOf("polled"), { max: 1, waitSeconds: 5 }, context.signal);
    expect(message?.body).toBe("late");
  });

  it("gives a released message to the next reader, and a deleted one to nobody", async () => {
    await provider().create({ QueueName: "released" }, context);
    await sqs.queues.send(arnOf("released"), "again");
    const [first] = await sqs.queues.receive(arnOf("released"), { max: 1, waitSeconds: 0 }, context.signal);
    await sqs.queues.release(arnOf("released"), String(first?.receiptHandle), 0);
    const [second] = await sqs.queues.receive(arnOf("released"), { max: 1, waitSeconds: 0 }, context.signal);
    expect(second?.messageId).toBe(first?.messageId);
    await sqs.queues.delete(arnOf("released"), String(second?.receiptHandle));
    expect(await sqs.queues.receive(arnOf("released"), { max: 1, waitSeconds: 0 }, context.signal)).toEqual([]);
  });

  it("reports a missing queue with SQS's own code", async () => {
    await expect(sqs.queues.send(arnOf("none"), "x")).rejects.toMatchObject({ code: "QueueDoesNotExist", status: 400 });
  });
});

describe("AWS::SQS::Queue", () => {
  it("generates a name, updates in place, returns a removed property to its default, deletes twice", async () => {
    const before = { VisibilityTimeout: "90", DelaySeconds: 5, SqsManagedSseEnabled: true };
    const state = await provider().create(before, context);
    expect(state.attributes.QueueName).toMatch(/^local-alarms-Incidents-[A-Z0-9]{12}$/);
    expect(state.attributes.Arn).toBe(arnOf(String(state.attributes.QueueName)));
    await provider().update(state, { VisibilityTimeout: 120 }, before, context);
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: state.physicalId, AttributeNames: ["All"] }),
    );
    expect(Attributes).toMatchObject({ VisibilityTimeout: "120", DelaySeconds: "0" });
    await provider().delete(state, {}, context);
    await provider().delete(state, {}, context);
  });

  it("keeps the suffix of a FIFO queue within 80 characters", async () => {
    const long = { ...context, stackName: "s".repeat(60), logicalId: "L".repeat(60) };
    const state = await provider().create({ FifoQueue: true, ContentBasedDeduplication: true }, long);
    const name = String(state.attributes.QueueName);
    expect(name).toMatch(/\.fifo$/);
    expect(name).toHaveLength(80);
  });

  it("fails on a value that SQS refuses", async () => {
    await expect(provider().create({ VisibilityTimeout: 50_000 }, context)).rejects.toMatchObject({
      code: "InvalidAttributeValue",
    });
  });
});
