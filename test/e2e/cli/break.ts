import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CloudWatchClient, DeleteAlarmsCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, PutRetentionPolicyCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { PutSecretValueCommand, UpdateSecretVersionStageCommand } from "@aws-sdk/client-secrets-manager";
import { expect, vi } from "vitest";
import { googleClient, key, type OperatedFleet } from "./operated.ts";

/** Breaks something; what it returns repairs it. */
export type Break = (operated: OperatedFleet) => Promise<() => Promise<unknown>>;

/** A rule somebody made by hand, before all others: paths that never reach the service. */
export function divert(path: string, contentType: string): Break {
  return async ({ stage }) => {
    const client = new ElasticLoadBalancingV2Client(stage.client);
    const { LoadBalancers } = await client.send(new DescribeLoadBalancersCommand({ Names: ["local-mcp-alb"] }));
    const { Listeners } = await client.send(
      new DescribeListenersCommand({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn }),
    );
    const { Rules } = await client.send(
      new CreateRuleCommand({
        ListenerArn: Listeners?.find(({ Port }) => Port === 443)?.ListenerArn,
        Priority: 1,
        Conditions: [{ Field: "path-pattern", Values: [path] }],
        Actions: [
          {
            Type: "fixed-response",
            FixedResponseConfig: { StatusCode: "200", ContentType: contentType, MessageBody: "Under construction" },
          },
        ],
      }),
    );
    return () => client.send(new DeleteRuleCommand({ RuleArn: Rules?.[0]?.RuleArn }));
  };
}

/** The balancer's only target is taken out by hand. */
export const deregister: Break = async ({ stage, awaitSettled }) => {
  const client = new ElasticLoadBalancingV2Client(stage.client);
  const Names = ["local-mcp-google-workspace-tg"];
  const { TargetGroups } = await client.send(new DescribeTargetGroupsCommand({ Names }));
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn;
  const { TargetHealthDescriptions = [] } = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  const Targets: TargetDescription[] = TargetHealthDescriptions.flatMap(({ Target }) => Target ?? []);
  await client.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }));
  return async () => {
    await client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
    await awaitSettled();
  };
};

/**
 * A file of the server is missing: its new tasks end as they begin, and the old one keeps running. The circuit breaker has
 * patience, so that this lasts for as long as somebody looks.
 */
export const failRollout: Break = async ({ stage, fleet }) => {
  const main = join(stage.project.folder, "packages", "starter", "main.ts");
  const ecs = new ECSClient(stage.client);
  const roll = (type: "COUNT" | "BOUNDED_PERCENT", value: number) => {
    const thresholdConfiguration = { type, value };
    const deploymentCircuitBreaker = { enable: true, rollback: true, thresholdConfiguration };
    return ecs.send(
      new UpdateServiceCommand({
        cluster: "local-mcp-cluster",
        service: "local-mcp-google-workspace",
        forceNewDeployment: true,
        deploymentConfiguration: { deploymentCircuitBreaker },
      }),
    );
  };
  await rename(main, `${main}.gone`);
  await roll("COUNT", 1_000);
  await vi.waitFor(
    async () => {
      const { services } = JSON.parse((await fleet(["status", "--json"])).out);
      expect(services[0].deployments[0].failed).toBeGreaterThan(0);
    },
    { timeout: 60_000, interval: 100 },
  );
  return async () => {
    await rename(`${main}.gone`, main);
    await roll("BOUNDED_PERCENT", 50);
    await fleet(["redeploy", key, "--wait"]);
  };
};

/** An image without the Valkey driver: its server falls back to memory, says so, and stays healthy. */
export const forgetDriver: Break = async ({ stage, fleet }) => {
  const file = join(stage.project.folder, "packages", "sidecar", "sessions", "index.ts");
  const source = await readFile(file, "utf8");
  const fallback = '(log.warn("The Valkey driver is missing: sessions are kept in memory."), openMemoryStore())';
  const broken = source.replace("openValkeyStore(backend.address, log)", fallback);
  if (broken === source) throw new Error("The sidecar opens its store in another way.");
  await writeFile(file, broken);
  await fleet(["redeploy", key, "--wait"]);
  return async () => {
    await writeFile(file, source);
    await fleet(["redeploy", key, "--wait"]);
  };
};

/** A secret is changed, and no event tells the function that rolls its services. */
export const loseEvents: Break = async ({ stage, fleet, put, awaitSettled }) => {
  // A run that still settles what came before would see this without an event.
  const unsettled = async () => {
    const { secrets } = JSON.parse((await fleet(["secrets", "list", "--json"])).out);
    return secrets.filter(({ state }: { state: string }) => state !== "settled");
  };
  await vi.waitFor(async () => expect(await unsettled()).toEqual([]), { timeout: 60_000, interval: 250 });
  stage.cloud.events.disturb(() => []);
  await put("google-oauth", googleClient);
  return async () => {
    stage.cloud.events.disturb();
    await fleet(["redeploy", key, "--wait"]);
    await awaitSettled();
  };
};

/** An alarm that somebody added, whose threshold nobody measured. */
export const addUnmeasuredAlarm: Break = async ({ stage }) => {
  const client = new CloudWatchClient(stage.client);
  const AlarmName = "local-mcp-google-workspace-memory";
  await client.send(
    new PutMetricAlarmCommand({
      AlarmName,
      AlarmDescription: "The threshold is a placeholder: nobody has measured this service yet.",
      Namespace: "AWS/ECS",
      MetricName: "MemoryUtilization",
      Statistic: "Average",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 80,
      ComparisonOperator: "GreaterThanThreshold",
    }),
  );
  return () => client.send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName] }));
};

/** Somebody saves money on logs, in the console. */
export const shortenLog: Break = async ({ stage }) => {
  const client = new CloudWatchLogsClient(stage.client);
  const keep = (retentionInDays: number) =>
    client.send(new PutRetentionPolicyCommand({ logGroupName: `/ecs/local/mcp/${key}`, retentionInDays }));
  await keep(7);
  return () => keep(365);
};

/** A rotation that stopped after it had made its new version. */
export const leavePending: Break = async ({ secrets }) => {
  const SecretId = "/local/mcp/notes";
  const { VersionId } = await secrets.send(
    new PutSecretValueCommand({ SecretId, SecretString: '{"NOTE":"two","OTHER":"o"}', VersionStages: ["AWSPENDING"] }),
  );
  const label = { SecretId, VersionStage: "AWSPENDING", RemoveFromVersionId: VersionId };
  return () => secrets.send(new UpdateSecretVersionStageCommand(label));
};

/** Somebody registers their own task definition, with TLS to Redis turned off. */
export const turnTlsOff: Break = async ({ stage, awaitSettled }) => {
  const ecs = new ECSClient(stage.client);
  const service = { cluster: "local-mcp-cluster", service: "local-mcp-google-workspace" };
  const { services } = await ecs.send(new DescribeServicesCommand({ ...service, services: [service.service] }));
  const before = services?.[0]?.taskDefinition;
  const { taskDefinition = {} } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: before }));
  const { family, cpu, memory, networkMode, requiresCompatibilities, executionRoleArn, taskRoleArn } = taskDefinition;
  const containerDefinitions = taskDefinition.containerDefinitions?.map((container) => ({
    ...container,
    environment: container.environment?.map((one) => (one.name === "REDIS_USE_TLS" ? { ...one, value: "false" } : one)),
  }));
  const roles = { executionRoleArn, taskRoleArn };
  const made = await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family, cpu, memory, networkMode, requiresCompatibilities, ...roles, containerDefinitions },
    }),
  );
  const run = async (definition: string | undefined) => {
    await ecs.send(new UpdateServiceCommand({ ...service, taskDefinition: definition }));
    await awaitSettled();
  };
  await run(made.taskDefinition?.taskDefinitionArn);
  return () => run(before);
};
