import {
  DeleteRuleCommand,
  DescribeEventBusCommand,
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  PutRuleCommand,
  type PutRuleCommandInput,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import { AddPermissionCommand } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createEvents, type Events } from "#endpoint/services/events/service.ts";
import { account, type LambdaHarness, startLambda } from "../lambda/lambda-harness.ts";
import { stackContext } from "../serve.ts";

// Processes start more slowly on a machine that does other things too.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

let harness: LambdaHarness;
let events: Events;
let client: EventBridgeClient;
let sqs: SQSClient;
beforeAll(async () => {
  harness = await startLambda({
    neighbours: ({ place, clock, lambda, queues, logs }) => {
      events = createEvents({
        place,
        clock,
        functions: lambda.functions,
        queues,
        logs,
        topics: { publish: async () => undefined },
      });
      return [events.service];
    },
  });
  const settings = {
    endpoint: harness.endpoint.url,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIALOCAL", secretAccessKey: "local" },
    maxAttempts: 1,
  };
  client = new EventBridgeClient(settings);
  sqs = new SQSClient(settings);
});
afterAll(async () => {
  client.destroy();
  sqs.destroy();
  await harness.stop();
});

const queue = async (name: string) => {
  await sqs.send(new CreateQueueCommand({ QueueName: name }));
  return `arn:aws:sqs:us-east-1:${account}:${name}`;
};
const received = async (arn: string, waitSeconds = 5) => {
  const messages = await harness.sqs.queues.receive(arn, { max: 10, waitSeconds }, new AbortController().signal);
  return messages.map((message): unknown => JSON.parse(message.body));
};
const rule = async (Name: string, definition: Omit<PutRuleCommandInput, "Name">, ...targets: Target[]) => {
  const { RuleArn } = await client.send(new PutRuleCommand({ Name, ...definition }));
  if (targets.length > 0) await client.send(new PutTargetsCommand({ Rule: Name, Targets: targets }));
  return RuleArn;
};
const put = (Source: string, Detail: object) =>
  client.send(
    new PutEventsCommand({ Entries: [{ Source, DetailType: "Thing Happened", Detail: JSON.stringify(Detail) }] }),
  );

describe("a rule by pattern", () => {
  it("hands matching events to its target in AWS's envelope, and no others", async () => {
    const arn = await queue("matched");
    await rule(
      "matching",
      { EventPattern: '{"source":["shop"],"detail":{"n":[{"numeric":[">",1]}]}}' },
      { Id: "q", Arn: arn },
    );
    await put("shop", { n: 1 });
    const { Entries } = await put("shop", { n: 2 });
    expect(await received(arn)).toEqual([
      {
        version: "0",
        id: Entries?.[0]?.EventId,
        "detail-type": "Thing Happened",
        source: "shop",
        account,
        time: new Date(harness.clock.now()).toISOString().replace(".000Z", "Z"),
        region: "us-east-1",
        resources: [],
        detail: { n: 2 },
      },
    ]);
  });

  it("[AWS-9] gets nothing by way of CloudTrail from an account without a trail", async () => {
    const arn = await queue("trailed");
    await rule("trailing", { EventPattern: '{"source":["aws.secretsmanager"]}' }, { Id: "q", Arn: arn });
    const event = { source: "aws.secretsmanager", resources: [], detail: {} };
    events.bus.put({ ...event, detailType: "AWS Service Event via CloudTrail" });
    events.bus.put({ ...event, detailType: "Secret Label Updated" });
    expect(await received(arn)).toMatchObject([{ "detail-type": "Secret Label Updated" }]);
  });

  it("[AWS-10] fills a template as EventBridge does: absent is empty, what is nested loses its quotes in a text", async () => {
    const [text, document, broken] = [await queue("filled"), await queue("filled-json"), await queue("filled-broken")];
    const InputPathsMap = { list: "$.detail.list", absent: "$.detail.absent" };
    const transformer = (InputTemplate: string) => ({ InputTransformer: { InputPathsMap, InputTemplate } });
    await rule(
      "filling",
      { EventPattern: '{"source":["fill"]}' },
      { Id: "text", Arn: text, ...transformer('"<list>, <absent>."') },
      { Id: "document", Arn: document, ...transformer('{"list":<list>,"absent":<absent>}') },
      { Id: "broken", Arn: broken, ...transformer('{"list":"<list>"}') },
    );
    await put("fill", { list: ["a", "b"] });
    expect(await received(text)).toEqual(["[a,b], ."]);
    expect(await received(document)).toEqual([{ list: ["a", "b"], absent: "" }]);
    expect(await received(broken, 0)).toEqual([]);
    await expect(
      rule("filling", { EventPattern: '{"source":["fill"]}' }, { Id: "x", Arn: text, ...transformer('"<no>"') }),
    ).rejects.toThrow("InputTemplate for target x contains invalid placeholder no.");
    await expect(
      rule(
        "filling",
        { EventPattern: '{"source":["fill"]}' },
        { Id: "x", Arn: text, Input: "{}", InputPath: "$.detail" },
      ),
    ).rejects.toThrow("Only one of Input, InputPath, or InputTransformer must be provided for target x.");
  });

  it("[AWS-10] takes events for a bus that is not there, and refuses a detail that is no object", async () => {
    const entry = { Source: "s", DetailType: "d", Detail: "{}" };
    const answer = await client.send(
      new PutEventsCommand({
        Entries: [
          { ...entry, EventBusName: "nobody" },
          { ...entry, Detail: "[1]" },
        ],
      }),
    );
    expect(answer).toMatchObject({
      FailedEntryCount: 1,
      Entries: [
        { EventId: expect.any(String) },
        { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." },
      ],
    });
  });

  it("[AWS-10] has targets that are ARNs, of services that are here", async () => {
    const aimedAt = (Arn: string) => rule("aimed", { EventPattern: '{"source":["none"]}' }, { Id: "x", Arn });
    await expect(aimedAt("queue")).rejects.toThrow(
      "Parameter queue is not valid. Reason: Provided Arn is not in correct format.",
    );
    await expect(aimedAt("arn:aws:kinesis:us-east-1:1:stream/s")).rejects.toThrow("is not emulated");
  });

  it("[AWS-10] shows the policy that a template gives its bus", async () => {
    const policies = events.service.resources?.["AWS::Events::EventBusPolicy"];
    if (policies === undefined) throw new Error("the type is not registered");
    const statement = { Effect: "Allow", Principal: "*", Action: "events:PutEvents", Resource: "*" };
    const properties = { StatementId: "all", Statement: statement };
    const state = await policies.create(properties, stackContext("Policy"));
    const policy = async () => (await client.send(new DescribeEventBusCommand({}))).Policy;
    expect(JSON.parse(String(await policy())).Statement).toEqual([{ Sid: "all", ...statement }]);
    await policies.delete(state, properties, stackContext("Policy"));
    expect(await policy()).toBeUndefined();
  });

  it("[AWS-10] is listed by pages", async () => {
    for (const name of ["paged-1", "paged-2", "paged-3"]) await rule(name, { EventPattern: '{"source":["none"]}' });
    const first = await client.send(new ListRulesCommand({ NamePrefix: "paged-", Limit: 2 }));
    const NextToken = first.NextToken;
    const second = await client.send(new ListRulesCommand({ NamePrefix: "paged-", Limit: 2, NextToken }));
    expect([first, second].map(({ Rules = [] }) => Rules.map(({ Name }) => Name))).toEqual([
      ["paged-1", "paged-2"],
      ["paged-3"],
    ]);
    expect(second).not.toHaveProperty("NextToken");
    await expect(client.send(new ListRulesCommand({ NextToken: "2" }))).rejects.toThrow("NextToken is not valid");
  });

  it("transforms what its targets get", async () => {
    const [constant, part, text] = [await queue("constant"), await queue("part"), await queue("text")];
    await rule(
      "shaping",
      { EventPattern: '{"source":["shape"]}' },
      { Id: "constant", Arn: constant, Input: '{"always":"this"}' },
      { Id: "part", Arn: part, InputPath: "$.detail.list[1]" },
      {
        Id: "text",
        Arn: text,
        InputTransformer: {
          InputPathsMap: { who: "$.detail.who", type: "$['detail-type']" },
          InputTemplate: '{"text":"<who> said \\"<type>\\"","who":<who>,"rule":"<aws.events.rule-name>"}',
        },
      },
    );
    await put("shape", { who: 'A "B"', list: [1, { two: 2 }] });
    expect(await received(constant)).toEqual([{ always: "this" }]);
    expect(await received(part)).toEqual([{ two: 2 }]);
    expect(await received(text)).toEqual([{ text: 'A "B" said "Thing Happened"', who: 'A "B"', rule: "shaping" }]);
  });

  it("invokes a function that permits it, and dead-letters what a function refuses", async () => {
    const { FunctionArn } = await harness.deploy(
      "told",
      "export const handler = async (e) => console.log('got', e.detail.n);",
    );
    const dead = await queue("refused");
    const RuleArn = await rule(
      "invoking",
      { EventPattern: '{"source":["call"]}' },
      { Id: "f", Arn: FunctionArn, DeadLetterConfig: { Arn: dead } },
    );
    await put("call", { n: "early" });
    expect(await received(dead)).toMatchObject([{ detail: { n: "early" } }]);
    await harness.client.send(
      new AddPermissionCommand({
        FunctionName: "told",
        StatementId: "rule",
        Action: "lambda:InvokeFunction",
        Principal: "events.amazonaws.com",
        SourceArn: RuleArn,
      }),
    );
    await put("call", { n: "later" });
    await vi.waitFor(() => expect(harness.lines.some((one) => one.line.endsWith("got later"))).toBe(true), {
      timeout: 5_000,
    });
  });

  it("can lose, double and delay deliveries on request", async () => {
    const arn = await queue("disturbed");
    await rule("disturbed", { EventPattern: '{"source":["noise"]}' }, { Id: "q", Arn: arn });
    const plans: Readonly<Record<string, readonly number[]>> = { lost: [], doubled: [0, 0], late: [60_000], fine: [0] };
    events.disturb((event) => plans[String(event.detail.fate)] ?? [0]);
    for (const fate of Object.keys(plans)) await put("noise", { fate });
    const fates = async () =>
      (await received(arn, 1)).map((event) => event).map((event) => JSON.stringify(event).match(/"fate":"(\w+)"/)?.[1]);
    const first = [...(await fates()), ...(await fates())];
    expect(first.toSorted()).toEqual(["doubled", "doubled", "fine"]);
    await harness.clock.turn(60_000);
    expect(await fates()).toEqual(["late"]);
    events.disturb();
  });
});

describe("a rule by schedule", () => {
  it("fires on time until it is deleted", async () => {
    const arn = await queue("ticks");
    const RuleArn = await rule("ticking", { ScheduleExpression: "rate(5 minutes)" }, { Id: "q", Arn: arn });
    await harness.clock.turn(5 * 60_000);
    expect(await received(arn)).toMatchObject([
      { "detail-type": "Scheduled Event", source: "aws.events", resources: [RuleArn], detail: {} },
    ]);
    await expect(client.send(new DeleteRuleCommand({ Name: "ticking" }))).rejects.toMatchObject({
      message: "Rule can't be deleted since it has targets.",
    });
    await client.send(new RemoveTargetsCommand({ Rule: "ticking", Ids: ["q"] }));
    await client.send(new DeleteRuleCommand({ Name: "ticking" }));
    await harness.clock.turn(5 * 60_000);
    expect(await received(arn, 0)).toEqual([]);
  });
});

describe("the EventBridge API", () => {
  it("refuses what AWS refuses, entry by entry", async () => {
    const { FailedEntryCount, Entries } = await client.send(
      new PutEventsCommand({
        Entries: [
          { Source: "aws.ecs", DetailType: "x", Detail: "{}" },
          { Source: "mine", DetailType: "x", Detail: "{" },
          { Source: "mine", DetailType: "x", Detail: "{}" },
        ],
      }),
    );
    expect(FailedEntryCount).toBe(2);
    expect(Entries?.map((entry) => entry.ErrorCode)).toEqual(["NotAuthorizedForSource", "MalformedDetail", undefined]);
    await expect(rule("bad", { EventPattern: "{}" })).rejects.toMatchObject({ name: "InvalidEventPatternException" });
    await expect(rule("bad", { ScheduleExpression: "hourly" })).rejects.toMatchObject({
      message: "Parameter ScheduleExpression is not valid.",
    });
    await expect(
      client.send(new PutTargetsCommand({ Rule: "absent", Targets: [{ Id: "a", Arn: "arn:aws:sqs:us-east-1:1:x" }] })),
    ).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Rule absent does not exist on EventBus default.",
    });
  });

  it("tests patterns", async () => {
    const test = (EventPattern: string) =>
      client
        .send(new TestEventPatternCommand({ EventPattern, Event: '{"source":"a"}' }))
        .then((answer) => answer.Result);
    expect(await test('{"source":["a"]}')).toBe(true);
    expect(await test('{"source":["b"]}')).toBe(false);
  });
});

describe("AWS::Events::Rule", () => {
  it("creates, changes and deletes a rule with its targets", async () => {
    const provider = events.service.resources?.["AWS::Events::Rule"];
    if (provider === undefined) throw new Error("the type is not registered");
    const arn = await queue("declared");
    const context = stackContext("Deployments");
    const properties = {
      EventPattern: { source: ["declared"] },
      State: "ENABLED",
      Targets: [{ Id: "Target0", Arn: arn }],
    };
    const state = await provider.create(properties, context);
    expect(state.attributes.Arn).toBe(`arn:aws:events:us-east-1:${account}:rule/${state.physicalId}`);
    await put("declared", { n: 1 });
    expect(await received(arn)).toHaveLength(1);
    await provider.update(state, { ...properties, State: "DISABLED" }, properties, context);
    await put("declared", { n: 2 });
    expect(await received(arn, 0)).toEqual([]);
    await provider.delete(state, properties, context);
    await provider.delete(state, properties, context);
  });
});
