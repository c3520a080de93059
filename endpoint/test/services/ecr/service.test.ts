import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createEcr } from "#endpoint/services/ecr/service.ts";
import { account, signedFor, startCloud } from "../../core/cloud.ts";

async function startEcr() {
  const ecr = createEcr({ place: { account, region: "us-east-1" }, clock: Date });
  const cloud = await startCloud([ecr.service]);
  async function call(operation: string, input: object) {
    const answer = await fetch(cloud.url, {
      method: "POST",
      headers: {
        ...signedFor("ecr"),
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AmazonEC2ContainerRegistry_V20150921.${operation}`,
      },
      body: JSON.stringify(input),
    });
    return await answer.json();
  }
  return { ...cloud, ecr, call };
}

const context = {
  region: "us-east-1",
  account,
  stackName: "CDKToolkit",
  stackId: "s",
  logicalId: "ContainerAssetsRepository",
  stackTags: {},
  signal: new AbortController().signal,
};

describe("ecr", () => {
  it("keeps repositories with their settings", async () => {
    await using cloud = await startEcr();
    const repositoryName = "mcp/workspace";
    const created = await cloud.call("CreateRepository", { repositoryName, imageTagMutability: "IMMUTABLE" });
    expect(created).toMatchObject({
      repository: {
        repositoryArn: `arn:aws:ecr:us-east-1:${account}:repository/mcp/workspace`,
        repositoryUri: `${account}.dkr.ecr.us-east-1.amazonaws.com/mcp/workspace`,
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: false },
      },
    });
    expect(await cloud.call("CreateRepository", { repositoryName })).toMatchObject({
      __type: "RepositoryAlreadyExistsException",
    });
    expect(await cloud.call("GetLifecyclePolicy", { repositoryName })).toMatchObject({
      __type: "LifecyclePolicyNotFoundException",
    });
    await cloud.call("PutLifecyclePolicy", { repositoryName, lifecyclePolicyText: "{}" });
    expect(await cloud.call("GetLifecyclePolicy", { repositoryName })).toMatchObject({ lifecyclePolicyText: "{}" });
    await cloud.call("DeleteRepository", { repositoryName });
    expect(await cloud.call("DescribeRepositories", { repositoryNames: [repositoryName] })).toEqual({
      __type: "RepositoryNotFoundException",
      message: `The repository with name 'mcp/workspace' does not exist in the registry with id '${account}'`,
    });
  });

  it("gets the bootstrap's repository from CloudFormation", async () => {
    await using cloud = await startEcr();
    const provider = cloud.ecr.service.resources?.["AWS::ECR::Repository"];
    if (!provider) throw new Error("AWS::ECR::Repository is missing");
    const name = `cdk-hnb659fds-container-assets-${account}-us-east-1`;
    const properties = {
      RepositoryName: name,
      ImageTagMutability: "IMMUTABLE",
      LifecyclePolicy: { LifecyclePolicyText: "{}" },
      RepositoryPolicyText: { Version: "2012-10-17", Statement: [] },
    };
    const created = await provider.create(properties, context);
    expect(created).toEqual({
      physicalId: name,
      attributes: {
        Arn: `arn:aws:ecr:us-east-1:${account}:repository/${name}`,
        RepositoryUri: `${account}.dkr.ecr.us-east-1.amazonaws.com/${name}`,
      },
    });
    await provider.update(created, { ...properties, ImageTagMutability: "MUTABLE" }, properties, context);
    expect(await cloud.call("DescribeRepositories", {})).toMatchObject({
      repositories: [{ repositoryName: name, imageTagMutability: "MUTABLE" }],
    });
    await provider.delete(created, properties, context);
    await provider.delete(created, properties, context);
  });

  it("knows which image a tag means, and lets it move where the repository allows it", async () => {
    await using cloud = await startEcr();
    const repositoryName = "mcp/workspace";
    await cloud.call("CreateRepository", { repositoryName });
    const put = (imageManifest: string, imageTag = "latest") =>
      cloud.call("PutImage", { repositoryName, imageManifest, imageTag });
    const first = `sha256:${createHash("sha256").update('{"layers":1}').digest("hex")}`;
    expect(await put('{"layers":1}')).toMatchObject({
      image: { registryId: account, imageId: { imageDigest: first, imageTag: "latest" } },
    });
    expect(await put('{"layers":1}')).toMatchObject({ __type: "ImageAlreadyExistsException" });

    const name = `${account}.dkr.ecr.us-east-1.amazonaws.com/mcp/workspace`;
    expect(cloud.ecr.images.digestOf(`${name}:latest`)).toBe(first);
    await put('{"layers":2}');
    const second = `sha256:${createHash("sha256").update('{"layers":2}').digest("hex")}`;
    expect([name, `${name}:latest`, `${name}@${first}`].map((one) => cloud.ecr.images.digestOf(one))).toEqual([
      ...[second, second, first],
    ]);
    expect(cloud.ecr.images.digestOf("docker.io/mcp/everything:latest")).toBeUndefined();

    expect(await cloud.call("DescribeImages", { repositoryName, imageIds: [{ imageTag: "latest" }] })).toMatchObject({
      imageDetails: [{ imageDigest: second, imageTags: ["latest"], repositoryName, registryId: account }],
    });
    expect(await cloud.call("ListImages", { repositoryName, filter: { tagStatus: "UNTAGGED" } })).toEqual({
      imageIds: [{ imageDigest: first }],
    });
    const imageIds = [{ imageDigest: first }, { imageTag: "1.0" }];
    expect(await cloud.call("BatchGetImage", { repositoryName, imageIds })).toMatchObject({
      images: [{ imageManifest: '{"layers":1}' }],
      failures: [{ imageId: { imageTag: "1.0" }, failureCode: "ImageNotFound" }],
    });
    expect(await cloud.call("DescribeImages", { repositoryName, imageIds: [{ imageTag: "1.0" }] })).toMatchObject({
      __type: "ImageNotFoundException",
    });

    await cloud.call("PutImageTagMutability", { repositoryName, imageTagMutability: "IMMUTABLE" });
    expect(await put('{"layers":3}')).toMatchObject({ __type: "ImageTagAlreadyExistsException" });
    expect(await put('{"layers":3}', "1.0")).toMatchObject({ image: { imageId: { imageTag: "1.0" } } });
    expect(await cloud.call("DescribeImages", { repositoryName, registryId: "210987654321" })).toMatchObject({
      __type: "RepositoryNotFoundException",
    });
  });
});
