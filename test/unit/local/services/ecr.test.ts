import { describe, expect, it } from "vitest";
import { createEcr } from "#local/services/ecr/service.ts";
import { awsCli, hasAwsCli } from "../endpoint/aws-cli.ts";
import { account, signedFor, startCloud } from "../endpoint/cloud.ts";

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

  it.runIf(hasAwsCli)("answers the AWS CLI", async () => {
    await using cloud = await startEcr();
    const { stdout } = await awsCli(cloud.url, "ecr create-repository --repository-name a/b");
    expect(JSON.parse(stdout).repository.repositoryName).toBe("a/b");
    const missing = await awsCli(cloud.url, "ecr describe-repositories --repository-names none");
    expect(missing.stderr).toContain("(RepositoryNotFoundException)");
  });
});
