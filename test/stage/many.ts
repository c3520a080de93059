import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CloudFormationClient,
  CreateStackCommand,
  paginateListStackResources,
  waitUntilStackCreateComplete,
} from "@aws-sdk/client-cloudformation";
import { CloudWatchClient, PutCompositeAlarmCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { eachOf } from "#aws/batches.ts";
import { type AlarmName, names, planStage, rotationMapOf, type ServicePlan, type StagePlan } from "#fleet";
import { describeBasis } from "#fleet/threshold-basis.ts";
import { settled } from "#rotation/labels.ts";
import { openEmptyCloud } from "../endpoint/empty-cloud.ts";
import { mapOfMany } from "./many-map.ts";
import { operatorOf } from "./operator.ts";
import { callInOwnProcess, type Taken } from "./own-process.ts";

/** A stage of many services and as many secrets on this machine: they are settled, and no task of them runs. */
export interface ManyServices {
  readonly plan: StagePlan;
  readonly settings: { readonly region: string; readonly endpoint: string; readonly credentials: typeof credentials };
  /** Runs `fleet`. */
  readonly fleet: ReturnType<typeof operatorOf>;
  /** Calls a function of the stage. */
  call(name: "settle-secret" | "tune-alarms"): Promise<Taken>;
  /**
   * Gives every service its alarms on latency and outages, and so many minutes of requests until now: `busy` of them a
   * thousand a minute, the others two.
   */
  measure(of: { readonly minutes: number; busy(at: number): boolean }): Promise<void>;
  /** How often each operation was called while the work was done: `ecs DescribeServices`; `throttled` where refused. */
  countCalls(work: () => Promise<unknown>): Promise<ReadonlyMap<string, number>>;
  /** From now on the endpoint refuses calls beyond AWS's documented quotas, or no longer. */
  setThrottling(on: boolean): void;
  /** Has a service run what no stack knows. */
  changeDefinition(key: string): Promise<void>;
  /** Gives a secret another value. */
  changeSecret(name: string): Promise<void>;
  close(): Promise<void>;
}

const credentials = { accessKeyId: "operator", secretAccessKey: "operator" };

export async function openMany(count: number): Promise<ManyServices> {
  const map = mapOfMany(count);
  const plan = planStage(map, "local");
  const cloud = await openEmptyCloud(plan.account);
  const settings = { region: plan.region, endpoint: cloud.env.AWS_ENDPOINT_URL, credentials };
  await create(plan, settings);
  const rotationMap = join(cloud.folder, "rotation-map.json");
  await writeFile(rotationMap, JSON.stringify(rotationMapOf(plan)));
  const queues = new SQSClient(settings);
  const { QueueUrl = "" } = await queues.send(new CreateQueueCommand({ QueueName: "alarms" }));
  queues.destroy();
  return {
    plan,
    settings,
    fleet: operatorOf(
      {
        cloud: { place: { endpointUrl: settings.endpoint } },
        project: { folder: cloud.folder },
        url: (host) => new URL(`https://${host}.mcp.localhost:8443`),
      },
      map,
    ),
    call: (name) =>
      callInOwnProcess(
        name,
        {},
        {
          ...{ STAGE: plan.stage, ALARM_QUEUE_URL: QueueUrl, ROTATION_MAP: rotationMap, ALARM_TOPIC_ARN: "none" },
          ...{ AWS_ENDPOINT_URL: settings.endpoint, AWS_REGION: settings.region },
          ...{ AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
        },
      ),
    async measure({ minutes, busy }) {
      const cloudWatch = new CloudWatchClient(settings);
      const now = Math.floor(Date.now() / 60_000) * 60_000;
      await eachOf([...plan.services.entries()], async ([at, { key }]) => {
        const dimensions = {
          LoadBalancer: "app/many/1",
          TargetGroup: `targetgroup/${names.targetGroup(plan.stage, key)}/1`,
        };
        await watchLatency(cloudWatch, (name) => names.alarm(plan.stage, key, name), dimensions);
        const report = { namespace: "AWS/ApplicationELB", metric: "TargetResponseTime", dimensions };
        for (let ago = minutes; ago > 0; ago -= 1)
          cloud.metrics.put({ ...report, value: 0.2, count: busy(at) ? 1_000 : 2, at: now - ago * 60_000 });
      });
      cloudWatch.destroy();
    },
    async countCalls(work) {
      const counts = new Map<string, number>();
      const stop = cloud.onCall(({ service, operation, errorCode = "" }) => {
        const name = /^Throttling/.test(errorCode) ? "throttled" : `${service} ${operation}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      });
      await work().finally(stop);
      return counts;
    },
    async changeDefinition(key) {
      const ecs = new ECSClient(settings);
      const [family, service] = [names.taskFamily(plan.stage, key), names.service(plan.stage, key)];
      const kind = { requiresCompatibilities: ["FARGATE" as const], networkMode: "awsvpc" as const };
      const containerDefinitions = [{ name: key, image: "other", portMappings: [{ containerPort: 8000 }] }];
      const size = { cpu: "256", memory: "512" };
      await ecs.send(new RegisterTaskDefinitionCommand({ family, ...kind, ...size, containerDefinitions }));
      const cluster = names.cluster(plan.stage);
      await ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition: family }));
      ecs.destroy();
    },
    async changeSecret(SecretId) {
      const vault = new SecretsManagerClient(settings);
      await vault.send(new PutSecretValueCommand({ SecretId, SecretString: '{"TOKEN":"other"}' }));
      vault.destroy();
    },
    setThrottling: cloud.setThrottling,
    close: cloud.close,
  };
}

/** In stacks of fifty services, as a deploy does it. Task definitions by service. */
async function defineTasks(
  stage: string,
  services: StagePlan["services"],
  settings: ManyServices["settings"],
): Promise<ReadonlyMap<string, string>> {
  const client = new CloudFormationClient(settings);
  const found = new Map<string, string>();
  for (const [shard, of] of Map.groupBy(services, (service) => service.shard)) {
    const StackName = `${names.stacks(stage)}Services${shard}`;
    const ids = new Map(of.map((service) => [service.key.replaceAll("_", ""), service]));
    const Resources = Object.fromEntries([...ids].map(([id, service]) => [id, taskDefinitionOf(stage, service)]));
    await client.send(new CreateStackCommand({ StackName, TemplateBody: JSON.stringify({ Resources }) }));
    await waitUntilStackCreateComplete({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { StackName });
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName }))
      for (const { LogicalResourceId = "", PhysicalResourceId = "" } of StackResourceSummaries)
        found.set(ids.get(LogicalResourceId)?.key ?? "", PhysicalResourceId);
  }
  client.destroy();
  return found;
}

function taskDefinitionOf(stage: string, { key, image, cpu, memory, port }: ServicePlan) {
  const ContainerDefinitions = [{ Name: key, Image: image, Essential: true, PortMappings: [{ ContainerPort: port }] }];
  const size = { Cpu: String(cpu), Memory: String(memory) };
  const kind = { RequiresCompatibilities: ["FARGATE"], NetworkMode: "awsvpc" };
  const Properties = { Family: names.taskFamily(stage, key), ...kind, ...size, ContainerDefinitions };
  return { Type: "AWS::ECS::TaskDefinition", Properties };
}

async function watchLatency(
  cloudWatch: CloudWatchClient,
  nameOf: (name: AlarmName | "failedRequests") => string,
  dimensions: Readonly<Record<string, string>>,
): Promise<void> {
  const limit = { Threshold: 1, EvaluationPeriods: 1, ComparisonOperator: "GreaterThanThreshold" as const, Period: 60 };
  const metric = {
    Namespace: "AWS/ApplicationELB",
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
  const latency = { MetricName: "TargetResponseTime", AlarmDescription: describeBasis("placeholder") };
  const alarms = [
    { AlarmName: nameOf("latencyP95"), ...latency, ExtendedStatistic: "p95" },
    { AlarmName: nameOf("latencyP99"), ...latency, ExtendedStatistic: "p99" },
    { AlarmName: nameOf("latencyAverage"), ...latency, Statistic: "Average" as const },
    { AlarmName: nameOf("healthyHosts"), MetricName: "HealthyHostCount", Statistic: "Minimum" as const },
  ];
  for (const alarm of alarms) await cloudWatch.send(new PutMetricAlarmCommand({ ...metric, ...limit, ...alarm }));
  const AlarmRule = `ALARM("${nameOf("healthyHosts")}")`;
  await cloudWatch.send(new PutCompositeAlarmCommand({ AlarmName: nameOf("failedRequests"), AlarmRule }));
}

async function create({ stage, services, secrets }: StagePlan, settings: ManyServices["settings"]): Promise<void> {
  const [ecs, balancing] = [new ECSClient(settings), new ElasticLoadBalancingV2Client(settings)];
  const [vault, cloudWatch] = [new SecretsManagerClient(settings), new CloudWatchClient(settings)];
  const cluster = names.cluster(stage);
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const definitions = await defineTasks(stage, services, settings);
  const group = { Name: "many", Protocol: "HTTP" as const, Port: 8000, TargetType: "ip" as const, VpcId: "vpc-1" };
  const { TargetGroups: [{ TargetGroupArn: targetGroupArn = "" } = {}] = [] } = await balancing.send(
    new CreateTargetGroupCommand(group),
  );
  const { LoadBalancers: [{ LoadBalancerArn } = {}] = [] } = await balancing.send(
    new CreateLoadBalancerCommand({ Name: names.balancer(stage, 1), Subnets: ["subnet-a", "subnet-b"] }),
  );
  const DefaultActions = [{ Type: "forward" as const, TargetGroupArn: targetGroupArn }];
  await balancing.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: "HTTP", Port: 80, DefaultActions }));
  await eachOf(services, async ({ key }) => {
    const loadBalancers = [{ targetGroupArn, containerName: key, containerPort: 8000 }];
    const taskDefinition = definitions.get(key);
    const service = { cluster, serviceName: names.service(stage, key), taskDefinition, desiredCount: 0 };
    await ecs.send(new CreateServiceCommand({ ...service, launchType: "FARGATE", loadBalancers }));
    const alarm = {
      AlarmName: names.alarm(stage, key, "errors5xx"),
      Namespace: "many",
      MetricName: "many",
      Period: 60,
    };
    const limit = { Threshold: 1, EvaluationPeriods: 1, ComparisonOperator: "GreaterThanThreshold" as const };
    await cloudWatch.send(new PutMetricAlarmCommand({ ...alarm, ...limit, Statistic: "Sum" }));
  });
  await eachOf(secrets, async ({ name }) => {
    const made = await vault.send(new CreateSecretCommand({ Name: name, SecretString: '{"TOKEN":"value"}' }));
    const label = { SecretId: name, VersionStage: settled, MoveToVersionId: made.VersionId };
    await vault.send(new UpdateSecretVersionStageCommand(label));
  });
  for (const client of [ecs, balancing, vault, cloudWatch]) client.destroy();
}
