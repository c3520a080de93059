import { CreateClusterCommand, CreateServiceCommand, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { awsCli, hasAwsCli } from "../../endpoint/aws-cli.ts";
import { startEcsCloud, TARGET_GROUP, taskDefinition } from "./ecs-cloud.ts";

const cloud = await startEcsCloud();
afterAll(() => cloud.close());

const aws = async (line: string): Promise<unknown> => {
  const { stdout, stderr } = await awsCli(cloud.url, `${line} --output json`);
  expect(stderr).toBe("");
  return JSON.parse(stdout);
};

beforeAll(async () => {
  const cluster = "prod-mcp-cluster";
  await cloud.client.send(new CreateClusterCommand({ clusterName: cluster }));
  await cloud.client.send(new RegisterTaskDefinitionCommand(taskDefinition("web")));
  await cloud.client.send(
    new CreateServiceCommand({
      cluster,
      serviceName: "web",
      taskDefinition: "web",
      desiredCount: 1,
      loadBalancers: [{ targetGroupArn: TARGET_GROUP, containerName: "web", containerPort: 8000 }],
    }),
  );
  await vi.waitFor(() => expect(cloud.targets.healthy.at(-1)).toBe(1), { timeout: 8_000 });
});

describe.skipIf(!hasAwsCli)("the AWS CLI", { timeout: 30_000 }, () => {
  it("[RUN-2] [RUN-3] forces a deployment and watches it", async () => {
    const where = "--cluster prod-mcp-cluster";
    await aws(`ecs update-service ${where} --service web --force-new-deployment`);
    expect((await awsCli(cloud.url, `ecs wait services-stable ${where} --services web`)).stderr).toBe("");
    expect(await aws(`ecs describe-services ${where} --services web --query services[0].deployments`)).toMatchObject([
      { status: "PRIMARY", rolloutState: "COMPLETED", runningCount: 1 },
    ]);
  });

  it("[RUN-4] lists the tasks of a service", async () => {
    const listed = await aws("ecs list-tasks --cluster prod-mcp-cluster --service-name web");
    expect(listed).toEqual({ taskArns: [expect.stringMatching(/:task\/prod-mcp-cluster\/[0-9a-f]{32}$/)] });
  });
});
