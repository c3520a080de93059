import { ACMClient, DescribeCertificateCommand, RequestCertificateCommand } from "@aws-sdk/client-acm";
import {
  CloudFormationClient,
  CreateStackCommand,
  UpdateStackCommand,
  waitUntilStackCreateComplete,
  waitUntilStackUpdateComplete,
} from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeAddressesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  CreateReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import {
  type Change,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { expect, vi } from "vitest";
import { sessionEnvironment } from "#fleet/session-environment.ts";
import { pulledState, seedResources } from "../../fixture/terraform.ts";
import type { FleetStage } from "../../stage/stage.ts";

const name = "google.mcp.localhost";
const set = "terraform";
const patience = { timeout: 60_000, interval: 100 };

/** What reaches whom, and what Terraform does to it. */
export interface OldSetUp {
  readonly zoneId: string;
  readonly addresses: readonly { readonly id: string; readonly ip: string }[];
  /** As `terraform state pull` prints it now. */
  state(): string;
  /** As Terraform changes a record of one kind to one of another: in one batch. */
  giveWeight(weight: number): Promise<void>;
  /** Its gateway goes, its address stays. */
  deleteGateway(): Promise<void>;
}

export interface OldValues {
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Of Splunk's events. */
  readonly source: string;
  readonly command: readonly string[];
}

/** The set-up that people come from, call by call: names, ports and settings are those that it has. */
export async function makeOldSetUp(stage: FleetStage, values: OldValues): Promise<OldSetUp> {
  const { client, cloud } = stage;
  const { account } = cloud.place;
  const dns = new Route53Client(client);
  const zone = await dns.send(new CreateHostedZoneCommand({ Name: "localhost", CallerReference: "terraform" }));
  const zoneId = (zone.HostedZone?.Id ?? "").replace("/hostedzone/", "");
  const change = (...Changes: Change[]) =>
    dns.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }));

  await new SNSClient(client).send(new CreateTopicCommand({ Name: "MCPAlerts" }));
  const TopicArn = `arn:aws:sns:us-east-1:${account}:MCPAlerts`;
  await new SNSClient(client).send(
    new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: "ops@themailworks.com" }),
  );
  await new CloudWatchLogsClient(client).send(
    new CreateLogGroupCommand({ logGroupName: "/ecs/prod/mcp/google_workspace" }),
  );
  const secretArns = new Map<string, string>();
  for (const [secret, value] of Object.entries(values.secrets)) {
    const made = await new SecretsManagerClient(client).send(
      new CreateSecretCommand({ Name: `/prod/mcp/${secret}`, SecretString: JSON.stringify(value) }),
    );
    for (const key of Object.keys(value)) secretArns.set(key, `${made.ARN}:${key}::`);
  }
  const certificateArn = await issueCertificate(client, change);
  const redis = await startRedis(client);
  const addresses = await makeGateway(stage);

  const elb = new ElasticLoadBalancingV2Client(client);
  const { LoadBalancers: [balancer] = [] } = await elb.send(
    new CreateLoadBalancerCommand({ Name: "prod-mcp-alb", Subnets: ["subnet-0000000a", "subnet-0000000b"] }),
  );
  const { TargetGroups: [group] = [] } = await elb.send(
    new CreateTargetGroupCommand({
      Name: "prod-mcp-google-workspace-tg",
      TargetType: "ip",
      Protocol: "HTTP",
      Port: 8000,
      VpcId: "vpc-0000000a",
      HealthCheckPath: "/health",
      HealthCheckIntervalSeconds: 10,
    }),
  );
  const { Listeners: [listener] = [] } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer?.LoadBalancerArn,
      Protocol: "HTTPS",
      Port: 443,
      SslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      Certificates: [{ CertificateArn: certificateArn }],
      DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
    }),
  );
  await elb.send(
    new CreateRuleCommand({
      ListenerArn: listener?.ListenerArn,
      Priority: 100,
      Conditions: [{ Field: "host-header", HostHeaderConfig: { Values: [name] } }],
      Actions: [{ Type: "forward", TargetGroupArn: group?.TargetGroupArn }],
    }),
  );
  await runService(stage, values, { redis, secretArns, targetGroupArn: group?.TargetGroupArn ?? "" });
  const record: ResourceRecordSet = {
    Name: name,
    Type: "A",
    AliasTarget: {
      HostedZoneId: balancer?.CanonicalHostedZoneId,
      DNSName: balancer?.DNSName,
      EvaluateTargetHealth: false,
    },
  };
  await change({ Action: "CREATE", ResourceRecordSet: record });

  let standing = record;
  return {
    zoneId,
    addresses,
    state: () =>
      pulledState(
        seedResources({
          domain: "localhost",
          zoneId,
          account,
          addresses,
          ...(standing.Weight !== undefined && { weight: standing.Weight }),
        }),
      ),
    async giveWeight(Weight) {
      const next = { ...record, SetIdentifier: set, Weight };
      await (standing.Weight === undefined
        ? change({ Action: "DELETE", ResourceRecordSet: standing }, { Action: "CREATE", ResourceRecordSet: next })
        : change({ Action: "UPSERT", ResourceRecordSet: next }));
      standing = next;
    },
    deleteGateway: () => deleteGateway(stage),
  };
}

type Client = FleetStage["client"];

async function issueCertificate(client: Client, change: (...changes: Change[]) => Promise<unknown>): Promise<string> {
  const acm = new ACMClient(client);
  const { CertificateArn = "" } = await acm.send(
    new RequestCertificateCommand({
      DomainName: "mcp.localhost",
      SubjectAlternativeNames: ["*.mcp.localhost"],
      ValidationMethod: "DNS",
    }),
  );
  const described = async () => (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate;
  const [option] = (await described())?.DomainValidationOptions ?? [];
  const { Name, Value } = option?.ResourceRecord ?? {};
  const proof: ResourceRecordSet = { Name, Type: "CNAME", TTL: 300, ResourceRecords: [{ Value }] };
  await change({ Action: "UPSERT", ResourceRecordSet: proof });
  await vi.waitFor(async () => expect((await described())?.Status).toBe("ISSUED"), patience);
  return CertificateArn;
}

async function startRedis(client: Client) {
  const elasticache = new ElastiCacheClient(client);
  const ReplicationGroupId = "prod-mcp-redis";
  await elasticache.send(
    new CreateReplicationGroupCommand({
      ReplicationGroupId,
      ReplicationGroupDescription: "Sessions",
      CacheNodeType: "cache.t4g.micro",
      NumCacheClusters: 1,
      AtRestEncryptionEnabled: true,
      TransitEncryptionEnabled: true,
    }),
  );
  return vi.waitFor(async () => {
    const query = new DescribeReplicationGroupsCommand({ ReplicationGroupId });
    const { ReplicationGroups: [group] = [] } = await elasticache.send(query);
    expect(group?.Status).toBe("available");
    const { Address = "", Port } = group?.NodeGroups?.[0]?.PrimaryEndpoint ?? {};
    return { host: Address, port: String(Port) };
  }, patience);
}

/** The endpoint has no calls that make gateways: CloudFormation keeps them as records. */
const StackName = "what-terraform-made";
const gatewayTemplate = (resources: object) =>
  JSON.stringify({ Resources: { Address: { Type: "AWS::EC2::EIP", Properties: { Domain: "vpc" } }, ...resources } });
const gateway = {
  Type: "AWS::EC2::NatGateway",
  Properties: { SubnetId: "subnet-0000000a", AllocationId: { "Fn::GetAtt": ["Address", "AllocationId"] } },
};
const soon = { maxWaitTime: 60, minDelay: 0.1, maxDelay: 0.1 };

async function makeGateway({ client }: FleetStage): Promise<OldSetUp["addresses"]> {
  const cloudFormation = new CloudFormationClient(client);
  const TemplateBody = gatewayTemplate({ Gateway: gateway });
  await cloudFormation.send(new CreateStackCommand({ StackName, TemplateBody }));
  await waitUntilStackCreateComplete({ client: cloudFormation, ...soon }, { StackName });
  const { Addresses = [] } = await new EC2Client(client).send(new DescribeAddressesCommand({}));
  return Addresses.map(({ AllocationId = "", PublicIp = "" }) => ({ id: AllocationId, ip: PublicIp }));
}

async function deleteGateway({ client }: FleetStage): Promise<void> {
  const cloudFormation = new CloudFormationClient(client);
  await cloudFormation.send(new UpdateStackCommand({ StackName, TemplateBody: gatewayTemplate({}) }));
  await waitUntilStackUpdateComplete({ client: cloudFormation, ...soon }, { StackName });
}

interface Parts {
  readonly redis: { readonly host: string; readonly port: string };
  readonly secretArns: ReadonlyMap<string, string>;
  readonly targetGroupArn: string;
}

async function runService(stage: FleetStage, values: OldValues, { redis, secretArns, targetGroupArn }: Parts) {
  const ecs = new ECSClient(stage.client);
  const [cluster, service] = ["prod-mcp-cluster", "prod-mcp-google-workspace"];
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const environment = {
    WORKSPACE_EXTERNAL_URL: stage.url("google").origin,
    SPLUNK_INDEX: "mcp_audit",
    SPLUNK_SOURCE: values.source,
    AUDIT_LOG_ENABLED: "true",
    MCP_IDLE_TIMEOUT_SECONDS: "60",
    ...sessionEnvironment(redis),
  };
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: service,
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      containerDefinitions: [
        {
          name: "google_workspace",
          image: "573946584375.dkr.ecr.us-east-1.amazonaws.com/mcp/workspace:latest",
          portMappings: [{ containerPort: 8000 }],
          environment: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
          secrets: [...secretArns].map(([key, valueFrom]) => ({ name: key, valueFrom })),
          logConfiguration: {
            logDriver: "awslogs",
            options: { "awslogs-group": "/ecs/prod/mcp/google_workspace", "awslogs-stream-prefix": "ecs" },
          },
          dockerLabels: { "mcp-fleet.local-command": JSON.stringify(values.command) },
        },
      ],
    }),
  );
  await ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: service,
      taskDefinition: service,
      desiredCount: 1,
      loadBalancers: [{ targetGroupArn, containerName: "google_workspace", containerPort: 8000 }],
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-0000000c", "subnet-0000000d"] } },
    }),
  );
  await vi.waitFor(async () => {
    const { services: [found] = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    expect(found?.deployments?.map(({ rolloutState }) => rolloutState)).toEqual(["COMPLETED"]);
  }, patience);
}
