import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answerBatch, SqsEvent } from "#lambda/middleware/answer-batch.ts";
import { receive } from "#lambda/middleware/index.ts";

/** What the functions wrote to their log. */
const lines: string[] = [];
beforeEach(() => {
  lines.splice(0);
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => lines.push(String(chunk)) > 0);
});
afterEach(() => vi.restoreAllMocks());

const secret = "xoxb-1234567890-abcdefghij";
const context = Object.assign(Object.create(null), { getRemainingTimeInMillis: () => 30_000, functionName: "f" });
/** An event as Lambda hands it over: not typed yet. */
const asReceived = (event: unknown) => JSON.parse(JSON.stringify(event));

describe("what every function has around it", () => {
  it("refuses an event of another shape by the field's name, without what stood there", async () => {
    const handler = receive(v.object({ detail: v.object({ count: v.number() }) })).handler(async () => "reached");
    const error: unknown = await handler(asReceived({ detail: { count: secret } }), context).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: "EventError", message: "The event's detail.count is not number." });
    expect(lines.join("")).not.toContain("1234567890");
  });

  it("lets no credential into the log, nor into what it throws", async () => {
    class Refused extends Error {
      override readonly name = "Refused";
      readonly request = { authorization: `Bearer ${secret}` };
    }
    const handler = receive(v.unknown()).handler(async () => {
      throw new Refused(`the chat refused ${secret}`);
    });
    const error: unknown = await handler(undefined, context).catch((thrown) => thrown);
    if (!(error instanceof Error)) throw new Error("The handler threw no Error.");
    expect(error).toMatchObject({ name: "Refused", message: expect.stringMatching(/^the chat refused xoxb-/) });
    expect(error.stack).toMatch(/^Refused: the chat refused .*\n {4}at /);
    for (const text of [JSON.stringify(error), String(error.stack), ...lines]) expect(text).not.toContain("1234567890");
    expect(lines).toHaveLength(1);
  });

  it("tells the handler how long it may start new work", async () => {
    const handler = receive(v.unknown(), 10_000).handler(async (_event, { deadline }) => deadline);
    const left = Number(await handler(undefined, context)) - Date.now();
    expect(left).toBeGreaterThan(19_000);
    expect(left).toBeLessThanOrEqual(20_000);
  });

  it("names the messages of a batch to deliver again, and only those", async () => {
    const handler = receive(SqsEvent)
      .use(answerBatch())
      .handler(async ({ Records }) => Records.map(({ messageId }) => messageId).filter((id) => id !== "taken"));
    const Records = ["taken", "refused"].map((messageId) => ({
      messageId,
      receiptHandle: "r",
      body: "{}",
      attributes: { SentTimestamp: "1", ApproximateReceiveCount: "1" },
    }));
    expect(await handler(asReceived({ Records }), context)).toEqual({
      batchItemFailures: [{ itemIdentifier: "refused" }],
    });
  });
});
