import { CloudWatchClient, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
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
import { eachOf } from "#console/reading/each.ts";
import { names, planStage, type StagePlan } from "#fleet";
import { settled } from "#rotation/labels.ts";
import { openEmptyCloud } from "../endpoint/empty-cloud.ts";
import { echo, mapOf } from "./maps.ts";
import { operatorOf } from "./operator.ts";

/** A stage of many services and as many secrets on this machine: they are settled, and no task of them runs. */
export interface ManyServices {
  readonly plan: StagePlan;
  readonly settings: { readonly region: string; readonly endpoint: string; readonly credentials: typeof credentials };
  /** Runs `fleet`. */
  readonly fleet: ReturnType<typeof operatorOf>;
  /** How often each operation was called while the work was done: `ecs DescribeServices`; `throttled` where refused. */
  countCalls(work: () => Promise<unknown>): Promise<ReadonlyMap<string, number>>;
  /** From now on the endpoint refuses calls beyond AWS's documented quotas, or no longer. */
  setThrottling(on: boolean): void;
  /** Gives a secret another value. */
  changeSecret(name: string): Promise<void>;
  close(): Promise<void>;
}

const servicesOfBalancer = 50;
const credentials = { accessKeyId: "operator", secretAccessKey: "operator" };

export async function openMany(count: number): Promise<ManyServices> {
  const keys = Array.from({ length: count }, (_, at) => `many-${at}`);
  const services = Object.fromEntries(keys.map((key, at) => [key, echo(key, { secrets: [key], ...placeOf(at) })]));
  const secrets = Object.fromEntries(
    keys.map((key) => [key, { description: key, keys: { TOKEN: { placeholder: "replace-me" } } }]),
  );
  const { audit: _, chat: __, oauth: ___, ...rest } = mapOf(services);
  const stages = { local: { runsOn: "loopback" as const, shards: Math.ceil(count / servicesOfBalancer) } };
  const map = { ...rest, secrets, stages };
  const plan = planStage(map, "local");
  const cloud = await openEmptyCloud(plan.account);
  const settings = { region: plan.region, endpoint: cloud.env.AWS_ENDPOINT_URL, credentials };
  await create(plan, settings);
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
    async countCalls(work) {
      const counts = new Map<string, number>();
      const stop = cloud.onCall(({ service, operation, errorCode = "" }) => {
        const name = /^Throttling/.test(errorCode) ? "throttled" : `${service} ${operation}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      });
      await work().finally(stop);
      return counts;
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

/** Priorities that are made of names meet one another among so many. */
function placeOf(at: number) {
  return { shard: Math.floor(at / servicesOfBalancer) + 1, oauth: { rulePriority: 100 + (at % servicesOfBalancer) } };
}

/** A stage on AWS with all that the fixture's has, and so many services. */
export function planOnAws(count: number): StagePlan {
  const keys = Array.from({ length: count }, (_, at) => `many-${at}`);
  const { oauth: _, ...map } = mapOf(Object.fromEntries(keys.map((key, at) => [key, echo(key, placeOf(at))])));
  const prod = { ...map.stages.prod, shards: Math.ceil(count / servicesOfBalancer) };
  return planStage({ ...map, stages: { ...map.stages, prod } }, "prod");
}

async function create({ stage, services, secrets }: StagePlan, settings: ManyServices["settings"]): Promise<void> {
  const [ecs, balancing] = [new ECSClient(settings), new ElasticLoadBalancingV2Client(settings)];
  const [vault, cloudWatch] = [new SecretsManagerClient(settings), new CloudWatchClient(settings)];
  const cluster = names.cluster(stage);
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const definition = { family: "many", requiresCompatibilities: ["FARGATE" as const], networkMode: "awsvpc" as const };
  const containerDefinitions = [
    { name: "many", image: "many", essential: true, portMappings: [{ containerPort: 8000 }] },
  ];
  await ecs.send(new RegisterTaskDefinitionCommand({ ...definition, cpu: "256", memory: "512", containerDefinitions }));
  const group = { Name: "many", Protocol: "HTTP" as const, Port: 8000, TargetType: "ip" as const, VpcId: "vpc-1" };
  const { TargetGroups: [{ TargetGroupArn: targetGroupArn = "" } = {}] = [] } = await balancing.send(
    new CreateTargetGroupCommand(group),
  );
  const { LoadBalancers: [{ LoadBalancerArn } = {}] = [] } = await balancing.send(
    new CreateLoadBalancerCommand({ Name: names.balancer(stage, 1), Subnets: ["subnet-a", "subnet-b"] }),
  );
  const DefaultActions = [{ Type: "forward" as const, TargetGroupArn: targetGroupArn }];
  await balancing.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: "HTTP", Port: 80, DefaultActions }));
  const loadBalancers = [{ targetGroupArn, containerName: "many", containerPort: 8000 }];
  await eachOf(services, async ({ key }) => {
    const service = { cluster, serviceName: names.service(stage, key), taskDefinition: "many", desiredCount: 0 };
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
