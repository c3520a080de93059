import { CreateStackCommand } from "@aws-sdk/client-cloudformation";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AwsError } from "#endpoint/core/errors.ts";
import { type Cloud, item, startCloudFormation, template } from "./cloud.ts";
import { type Operator, operatorOf } from "./operator.ts";

let cloud: Cloud;
let operator: Operator;
beforeEach(async () => {
  cloud = await startCloudFormation();
  operator = operatorOf(cloud);
});
afterEach(() => cloud.close());

const Request = v.looseObject({
  RequestType: v.string(),
  ResponseURL: v.pipe(v.string(), v.url()),
  LogicalResourceId: v.string(),
  PhysicalResourceId: v.optional(v.string()),
  ResourceProperties: v.record(v.string(), v.unknown()),
  OldResourceProperties: v.optional(v.record(v.string(), v.unknown())),
});
type Request = v.InferOutput<typeof Request>;

/** A function that answers as CDK's handlers do: a PUT without a content type. */
function answerWith(answer: (request: Request) => Readonly<Record<string, unknown>>): Request[] {
  const seen: Request[] = [];
  cloud.lambda.invoke = async (_name, payload) => {
    const request = v.parse(Request, JSON.parse(payload));
    seen.push(request);
    const response = await fetch(request.ResponseURL, {
      method: "PUT",
      headers: { "content-type": "" },
      body: JSON.stringify(answer(request)),
    });
    expect(response.status).toBe(200);
    return { kind: "success", payload: "null" };
  };
  return seen;
}

const ServiceToken = "arn:aws:lambda:us-east-1:573946584375:function:custom";
const custom = (properties: Readonly<Record<string, unknown>> = {}) => ({
  Type: "Custom::Bucket",
  Properties: { ServiceToken, ...properties },
});
const body = (properties: Readonly<Record<string, unknown>> = {}) =>
  template({ X: custom(properties), A: item({ Value: { "Fn::GetAtt": ["X", "Url"] } }) });

describe("custom resources", () => {
  it("exposes the function's answer to Fn::GetAtt, and passes it all properties as text", async () => {
    const seen = answerWith(() => ({ Status: "SUCCESS", PhysicalResourceId: "b-1", Data: { Url: "https://b" } }));
    await operator.create(body({ Enabled: true, Count: 2, Nested: { On: false } }));
    expect((await operator.stack())?.StackStatus).toBe("CREATE_COMPLETE");
    expect([...cloud.items.live.values()]).toEqual([{ Value: "https://b" }]);
    expect(seen[0]).toMatchObject({
      RequestType: "Create",
      LogicalResourceId: "X",
      ResourceType: "Custom::Bucket",
      ServiceToken,
      ResourceProperties: { ServiceToken, Enabled: "true", Count: "2", Nested: { On: "false" } },
    });
  });

  it("updates with the old properties, and deletes the old identity once the new one exists", async () => {
    const seen = answerWith(({ ResourceProperties: { Size } }) => ({
      Status: "SUCCESS",
      PhysicalResourceId: `b-${Size}`,
      Data: { Url: "u" },
    }));
    await operator.create(body({ Size: "1" }));
    await operator.update(body({ Size: "2" }));
    expect((await operator.stack())?.StackStatus).toBe("UPDATE_COMPLETE");
    expect(seen.map(({ RequestType, PhysicalResourceId }) => [RequestType, PhysicalResourceId])).toEqual([
      ["Create", undefined],
      ["Update", "b-1"],
      ["Delete", "b-1"],
    ]);
    expect(seen[1]?.OldResourceProperties).toEqual({ ServiceToken, Size: "1" });
  });

  it("rolls back with the function's reason, and cleans up what a failed creation named", async () => {
    const seen = answerWith(({ RequestType }) =>
      RequestType === "Create"
        ? { Status: "FAILED", Reason: "bucket is full", PhysicalResourceId: "half-made" }
        : { Status: "SUCCESS" },
    );
    await operator.create(body());
    expect((await operator.stack())?.StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(await operator.reasons()).toContain("bucket is full");
    expect(seen.map(({ RequestType, PhysicalResourceId }) => [RequestType, PhysicalResourceId])).toEqual([
      ["Create", undefined],
      ["Delete", "half-made"],
    ]);
  });

  it("waits for an answer as long as ServiceTimeout says, and reports meanwhile that the function failed", async () => {
    const failed = Promise.withResolvers<void>();
    cloud.lambda.invoke = async () => {
      queueMicrotask(failed.resolve);
      return { kind: "function-error", payload: '{"errorMessage":"boom"}' };
    };
    await cloud.cfn.send(new CreateStackCommand({ StackName: "app", TemplateBody: body({ ServiceTimeout: 30 }) }));
    await failed.promise;
    expect(await operator.reasons()).toContain("boom");
    expect((await operator.stack())?.StackStatus).toBe("CREATE_IN_PROGRESS");
    cloud.clock.turn(30_000);
    await cloud.cloudFormation.idle();
    expect((await operator.stack())?.StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(await operator.reasons()).toContain(
      "did not receive a response from your Custom Resource within 30 seconds",
    );
  });

  it("fails at once when there is no such function", async () => {
    cloud.lambda.invoke = () => Promise.reject(new AwsError("ResourceNotFoundException", "Function not found", 404));
    await operator.create(body());
    expect((await operator.stack())?.StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(await operator.reasons()).toContain("Function not found");
  });

  it("accepts an answer once, and none without a token", async () => {
    const seen = answerWith(() => ({ Status: "SUCCESS", PhysicalResourceId: "b-1", Data: { Url: "u" } }));
    await operator.create(body());
    for (const url of [seen[0]?.ResponseURL ?? "", `${cloud.place.endpointUrl}/_cloudformation/custom-resource/x`]) {
      const response = await fetch(url, { method: "PUT", body: "{}" });
      expect(response.status).toBe(403);
    }
  });

  it("cleans up on deletion", async () => {
    const seen = answerWith(() => ({ Status: "SUCCESS", PhysicalResourceId: "b-1", Data: { Url: "u" } }));
    await operator.create(body());
    await operator.remove();
    expect(seen.at(-1)).toMatchObject({ RequestType: "Delete", PhysicalResourceId: "b-1" });
    expect(cloud.cloudFormation.stacks()).toEqual([]);
  });
});
