import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  InvokeCommand,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { account, type LambdaHarness, startLambda } from "./lambda-harness.ts";

const arnOf = (queue: string) => `arn:aws:sqs:us-east-1:${account}:${queue}`;

// Processes start more slowly on a machine that does other things too.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

let harness: LambdaHarness;
let sqs: SQSClient;
beforeAll(async () => {
  harness = await startLambda();
  sqs = new SQSClient({
    endpoint: harness.endpoint.url,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIALOCAL", secretAccessKey: "local" },
  });
});
afterAll(async () => {
  sqs.destroy();
  await harness.stop();
});

const queue = async (name: string) => {
  await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: "30" } }));
  return arnOf(name);
};
const received = async (arn: string, waitSeconds = 5) =>
  harness.sqs.queues.receive(arn, { max: 10, waitSeconds }, new AbortController().signal);
/** What the functions below printed, which is what they were given. */
const seen = (name: string) =>
  harness.lines
    .filter((one) => one.group === `/aws/lambda/${name}` && one.line.includes("\tINFO\t"))
    .map((one) => one.line);

describe("an asynchronous invocation", () => {
  it("is tried three times under one request id, a minute and two apart, then dead-lettered", async () => {
    const target = await queue("dead-letters");
    const source =
      'export const handler = async (event, context) => { console.log("try", context.awsRequestId); throw new Error("no"); };';
    await harness.deploy("failing", source, { DeadLetterConfig: { TargetArn: target } });
    await harness.client.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: "failing",
        DestinationConfig: { OnFailure: { Destination: await queue("failures") } },
      }),
    );
    const { StatusCode } = await harness.client.send(
      new InvokeCommand({ FunctionName: "failing", InvocationType: "Event", Payload: '{"n":1}' }),
    );
    expect(StatusCode).toBe(202);
    await vi.waitFor(() => expect(seen("failing")).toHaveLength(1), { timeout: 5_000 });
    await vi.waitFor(
      async () => {
        await harness.clock.turn(30_000);
        expect(seen("failing")).toHaveLength(3);
      },
      { timeout: 10_000 },
    );
    expect(new Set(seen("failing").map((line) => line.split(" ").at(-1))).size).toBe(1);
    expect((await received(target)).map((message) => message.body)).toEqual(['{"n":1}']);
    const [failure] = await received(arnOf("failures"));
    expect(JSON.parse(failure?.body ?? "")).toMatchObject({
      version: "1.0",
      requestContext: { condition: "RetriesExhausted", approximateInvokeCount: 3 },
      requestPayload: { n: 1 },
      responseContext: { functionError: "Unhandled" },
      responsePayload: { errorMessage: "no" },
    });
  });
});

describe("an event source mapping", () => {
  it("hands over batches, and keeps in the queue only the messages that the function reports as failed", async () => {
    const source = `export const handler = async ({ Records }) => {
      for (const r of Records) console.log(r.eventSource, r.eventSourceARN, r.body);
      return { batchItemFailures: Records.filter((r) => r.body === "bad").map((r) => ({ itemIdentifier: r.messageId })) };
    };`;
    const arn = await queue("work");
    await harness.deploy("consumer", source);
    const { UUID } = await harness.client.send(
      new CreateEventSourceMappingCommand({
        FunctionName: "consumer",
        EventSourceArn: arn,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      }),
    );
    for (const body of ["good", "bad", "fine"]) await harness.sqs.queues.send(arn, body);
    await vi.waitFor(() => expect(seen("consumer")).toHaveLength(3), { timeout: 5_000 });
    expect(seen("consumer")[0]).toContain(`aws:sqs ${arn}`);
    const count = async () => {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: `${harness.endpoint.url}/${account}/work`, AttributeNames: ["All"] }),
      );
      return [Attributes?.ApproximateNumberOfMessages, Attributes?.ApproximateNumberOfMessagesNotVisible];
    };
    await vi.waitFor(async () => expect(await count()).toEqual(["0", "1"]), { timeout: 5_000 });

    await harness.client.send(new DeleteEventSourceMappingCommand({ UUID }));
    await harness.sqs.queues.send(arn, "after");
    expect((await received(arn)).map((message) => message.body)).toEqual(["after"]);
  });

  it("drops messages that match no filter, and gathers a batch for as long as its window lasts", async () => {
    const arn = await queue("filtered");
    await harness.deploy(
      "picky",
      "export const handler = async ({ Records }) => console.log(Records.map((r) => r.body).join());",
    );
    await harness.client.send(
      new CreateEventSourceMappingCommand({
        FunctionName: "picky",
        EventSourceArn: arn,
        BatchSize: 100,
        MaximumBatchingWindowInSeconds: 1,
        FilterCriteria: { Filters: [{ Pattern: '{"body":{"state":["ALARM"]}}' }] },
      }),
    );
    for (const state of ["ALARM", "OK", "ALARM"]) await harness.sqs.queues.send(arn, JSON.stringify({ state }));
    await vi.waitFor(
      async () => {
        await harness.clock.turn(1_000);
        expect(seen("picky").join()).toMatch(/"ALARM".*"ALARM"/);
      },
      { timeout: 8_000 },
    );
    expect(seen("picky").join()).not.toContain("OK");
  });
});
