import {
  AddTagsToResourceCommand,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  paginateGetParametersByPath,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { describe, expect, it } from "vitest";
import { createSsm } from "#endpoint/services/ssm/service.ts";
import { account, clientOptions, startCloud } from "../../core/cloud.ts";

async function startSsm() {
  const ssm = createSsm({ place: { account, region: "us-east-1" }, clock: Date });
  const cloud = await startCloud([ssm.service]);
  const client = new SSMClient(clientOptions(cloud.url));
  const put = (Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}) =>
    client.send(new PutParameterCommand({ Name, Value, Type: "String", ...more }));
  return { ...cloud, ssm, client, put };
}

describe("parameters through the SDK", () => {
  it("have versions; the newest is the default", async () => {
    await using cloud = await startSsm();
    expect(await cloud.put("/sst/a", "1")).toMatchObject({ Version: 1, Tier: "Standard" });
    await cloud.put("/sst/a", "2", { Overwrite: true });
    const get = (Name: string) => cloud.client.send(new GetParameterCommand({ Name }));
    expect((await get("/sst/a")).Parameter).toMatchObject({
      Name: "/sst/a",
      Value: "2",
      Version: 2,
      ARN: `arn:aws:ssm:us-east-1:${account}:parameter/sst/a`,
      LastModifiedDate: expect.any(Date),
    });
    expect((await get("/sst/a:1")).Parameter).toMatchObject({ Value: "1", Selector: ":1" });
    expect((await get(`arn:aws:ssm:us-east-1:${account}:parameter/sst/a`)).Parameter?.Value).toBe("2");
    await expect(get("/sst/a:7")).rejects.toMatchObject({ name: "ParameterVersionNotFound" });
    const history = await cloud.client.send(new GetParameterHistoryCommand({ Name: "/sst/a" }));
    expect(history.Parameters?.map((it) => [it.Version, it.Value])).toEqual([
      [1, "1"],
      [2, "2"],
    ]);
    expect(history.Parameters?.[0]?.LastModifiedUser).toBe(`arn:aws:iam::${account}:user/operator`);
  });

  it("are refused with Parameter Store's codes", async () => {
    await using cloud = await startSsm();
    await cloud.put("/a", "1");
    await expect(cloud.put("/a", "2")).rejects.toMatchObject({ name: "ParameterAlreadyExists" });
    await expect(cloud.client.send(new GetParameterCommand({ Name: "/b" }))).rejects.toMatchObject({
      name: "ParameterNotFound",
      $metadata: { httpStatusCode: 400 },
    });
    await expect(cloud.client.send(new DeleteParameterCommand({ Name: "/b" }))).rejects.toMatchObject({
      name: "ParameterNotFound",
    });
    await expect(cloud.client.send(new PutParameterCommand({ Name: "/c", Value: "1" }))).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining("type is required"),
    });
    await expect(cloud.put("/c", "x".repeat(4097))).rejects.toMatchObject({ name: "ValidationException" });
    await expect(cloud.put("/c", "abc", { AllowedPattern: "\\d+" })).rejects.toMatchObject({
      name: "ParameterPatternMismatchException",
    });
    expect(await cloud.put("/c", "x".repeat(4097), { Tier: "Intelligent-Tiering" })).toMatchObject({
      Tier: "Advanced",
    });
  });

  it("hide a SecureString from callers that do not ask for decryption", async () => {
    await using cloud = await startSsm();
    await cloud.put("/s", "hunter2", { Type: "SecureString" });
    const get = (WithDecryption: boolean) => cloud.client.send(new GetParameterCommand({ Name: "/s", WithDecryption }));
    expect((await get(true)).Parameter?.Value).toBe("hunter2");
    expect((await get(false)).Parameter?.Value).not.toContain("hunter2");
    expect(cloud.ssm.parameters.read("/s")).toBe("hunter2");
  });

  it("are listed by path, in pages of ten at most", async () => {
    await using cloud = await startSsm();
    for (let index = 10; index < 35; index += 1) await cloud.put(`/sst/app/p${index}`, String(index));
    await cloud.put("/sst/app/deep/er", "x");
    await cloud.put("/sst/apple", "x");
    const names: (string | undefined)[] = [];
    let pages = 0;
    for await (const page of paginateGetParametersByPath({ client: cloud.client }, { Path: "/sst/app" })) {
      pages += 1;
      names.push(...(page.Parameters ?? []).map((it) => it.Name));
    }
    expect(pages).toBe(3);
    expect(names).toHaveLength(25);
    const deep = await cloud.client.send(new GetParametersByPathCommand({ Path: "/sst/app/deep", Recursive: true }));
    expect(deep.Parameters?.map((it) => it.Name)).toEqual(["/sst/app/deep/er"]);
    const described = await cloud.client.send(
      new DescribeParametersCommand({
        ParameterFilters: [{ Key: "Name", Option: "BeginsWith", Values: ["/sst/appl"] }],
      }),
    );
    expect(described.Parameters).toMatchObject([{ Name: "/sst/apple", Tier: "Standard" }]);
    expect(described.Parameters?.[0]).not.toHaveProperty("Value");
  });

  it("are read and deleted in bulk, with the unknown ones named", async () => {
    await using cloud = await startSsm();
    await cloud.put("a", "1");
    await cloud.put("/b", "2");
    const got = await cloud.client.send(new GetParametersCommand({ Names: ["a", "/b", "/c"] }));
    expect(got.Parameters?.map((it) => it.Value)).toEqual(["1", "2"]);
    expect(got.InvalidParameters).toEqual(["/c"]);
    const deleted = await cloud.client.send(new DeleteParametersCommand({ Names: ["a", "/c"] }));
    expect(deleted).toMatchObject({ DeletedParameters: ["a"], InvalidParameters: ["/c"] });
    expect(() => cloud.ssm.parameters.read("a")).toThrow("Parameter a not found.");
  });

  it("carry tags", async () => {
    await using cloud = await startSsm();
    await cloud.put("/a", "1", { Tags: [{ Key: "x", Value: "1" }] });
    const resource = { ResourceType: "Parameter" as const, ResourceId: "/a" };
    await cloud.client.send(new AddTagsToResourceCommand({ ...resource, Tags: [{ Key: "y", Value: "2" }] }));
    expect((await cloud.client.send(new ListTagsForResourceCommand(resource))).TagList).toEqual([
      { Key: "x", Value: "1" },
      { Key: "y", Value: "2" },
    ]);
  });
});

describe("parameters through CloudFormation", () => {
  const context = {
    region: "us-east-1",
    account,
    stackName: "s",
    stackId: "arn:stack",
    logicalId: "Version",
    stackTags: { stage: "prod" },
    signal: new AbortController().signal,
  };

  it("are created, changed and deleted, and refused when the name is taken", async () => {
    await using cloud = await startSsm();
    const provider = cloud.ssm.service.resources?.["AWS::SSM::Parameter"];
    if (!provider) throw new Error("AWS::SSM::Parameter is missing");
    const properties = { Name: "/cdk-bootstrap/hnb659fds/version", Type: "String", Value: "21" };
    const created = await provider.create(properties, context);
    expect(created).toEqual({ physicalId: properties.Name, attributes: { Type: "String", Value: "21" } });
    await expect(provider.create(properties, context)).rejects.toMatchObject({ code: "ParameterAlreadyExists" });
    await provider.update(created, { ...properties, Value: "22" }, properties, context);
    expect(cloud.ssm.parameters.read(properties.Name)).toBe("22");
    await provider.delete(created, properties, context);
    await provider.delete(created, properties, context);
    expect((await provider.create({ Type: "String", Value: "1" }, context)).physicalId).toMatch(/^CFN-Version-/);
  });
});
