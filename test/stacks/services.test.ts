import { describe, expect, it } from "vitest";
import { changed, compose, slack, synthesize, templatesOf, withServices } from "../synth/synth.ts";
import { attribute, reference, type Template } from "../synth/template.ts";

const prod = synthesize("prod").stack("Services");
const local = synthesize("local").stack("Services");
const service = prod.one("AWS::ECS::Service");
const guards = prod.all("AWS::CloudWatch::Alarm");

interface Container {
  readonly Name: string;
  readonly Environment: readonly { Name: string; Value: unknown }[];
  readonly Secrets: readonly { Name: string; ValueFrom: unknown }[];
  readonly [property: string]: unknown;
}

function containerOf(template: Template, family: string): Container {
  const { ContainerDefinitions } = template.one("AWS::ECS::TaskDefinition", { Family: family }).Properties;
  if (!Array.isArray(ContainerDefinitions) || ContainerDefinitions.length !== 1)
    throw new Error("One container is due.");
  return ContainerDefinitions[0];
}

function environmentOf(template: Template, family: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(containerOf(template, family).Environment.map(({ Name, Value }) => [Name, Value]));
}

const google = "prod-mcp-google-workspace";

describe("a service's tasks", () => {
  it("[ECS-1] run in the stage's Fargate cluster", () => {
    expect(synthesize("prod").stack("Cluster").one("AWS::ECS::Cluster").Properties.ClusterName).toBe(
      "prod-mcp-cluster",
    );
    expect(service.Properties).toMatchObject({
      LaunchType: "FARGATE",
      Cluster: { "Fn::ImportValue": expect.stringContaining("Cluster:ExportsOutputRefCluster") },
    });
  });

  it("run as the user of the entry, on a root that they cannot write to, and carry the service's tags", () => {
    const map = withServices({
      google_workspace: changed("google_workspace", { user: "1000:1000", readOnlyRoot: true }),
    });
    const hardened = containerOf(synthesize("prod", map).stack("Services"), google);
    expect(hardened).toMatchObject({ User: "1000:1000", ReadonlyRootFilesystem: true });
    expect(Object.keys(containerOf(prod, google))).not.toEqual(expect.arrayContaining(["User"]));
    expect(service.Properties.PropagateTags).toBe("SERVICE");
  });

  it("[ECS-2] log to a group that keeps 365 days", () => {
    const log = synthesize("prod").stack("Logs").one("AWS::Logs::LogGroup");
    expect(log.Properties).toMatchObject({ LogGroupName: "/ecs/prod/mcp/google_workspace", RetentionInDays: 365 });
    expect(containerOf(prod, google).LogConfiguration).toEqual({
      LogDriver: "awslogs",
      Options: {
        "awslogs-group": "/ecs/prod/mcp/google_workspace",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "ecs",
      },
    });
  });

  it("[STR-3] log to a stack that a failed deploy does not roll back, and that is deployed before theirs", () => {
    expect(prod.all("AWS::Logs::LogGroup")).toEqual([]);
    expect(JSON.stringify(prod.resources)).not.toContain("Logs:ExportsOutput");
    const { stacks } = synthesize("prod").app.synth();
    const services = stacks.find(({ stackName }) => stackName === "prod-mcp-fleet-Services");
    expect(services?.dependencies.map(({ id }) => id)).toContain("prod-mcp-fleet-Logs");
  });

  it("[STR-3] keep the group where it is in a stage that was deployed before groups had a stack of their own", () => {
    const { stacks } = templatesOf(compose("prod", undefined, { olderLogs: new Set(["google_workspace"]) }));
    expect(stacks.get("Services")?.one("AWS::Logs::LogGroup")).toMatchObject({
      id: expect.stringMatching(/^googleworkspaceLog[0-9A-F]{8}$/),
      Properties: { LogGroupName: "/ecs/prod/mcp/google_workspace", RetentionInDays: 365 },
    });
    expect(stacks.get("Logs")?.all("AWS::Logs::LogGroup")).toEqual([]);
  });

  it("[STR-3] have a definition with a new id whenever it differs, as a stack with rollback disabled replaces nothing", () => {
    const idOf = (template: Template) => template.one("AWS::ECS::TaskDefinition", { Family: google }).id;
    const map = withServices({ google_workspace: changed("google_workspace", { memory: 1024 }) });
    expect(idOf(synthesize("prod", map).stack("Services"))).not.toBe(idOf(prod));
    expect(idOf(synthesize("prod", withServices({})).stack("Services"))).toBe(idOf(prod));
  });

  it("[ECS-3] [ECS-11] have the entry's size, image, port and name", () => {
    expect(prod.one("AWS::ECS::TaskDefinition").Properties).toMatchObject({
      Family: google,
      Cpu: "256",
      Memory: "512",
      NetworkMode: "awsvpc",
      RequiresCompatibilities: ["FARGATE"],
      RuntimePlatform: { CpuArchitecture: "X86_64", OperatingSystemFamily: "LINUX" },
    });
    expect(containerOf(prod, google)).toMatchObject({
      Name: "google_workspace",
      Image: "573946584375.dkr.ecr.us-east-1.amazonaws.com/mcp/workspace:latest",
      PortMappings: [{ ContainerPort: 8000, Protocol: "tcp" }],
      StopTimeout: 30,
    });
  });

  it("[ECS-11] may come from any registry, for either architecture", () => {
    const map = withServices({ slack: { ...slack, architecture: "ARM64" } });
    const template = synthesize("prod", map).stack("Services");
    expect(containerOf(template, "prod-mcp-slack").Image).toBe("registry.example.com/mcp/slack:1.4.0");
    expect(template.one("AWS::ECS::TaskDefinition", { Family: "prod-mcp-slack" }).Properties.RuntimePlatform).toEqual({
      CpuArchitecture: "ARM64",
      OperatingSystemFamily: "LINUX",
    });
  });

  it("[ECS-4] run in the private subnets without a public address, in their target group", () => {
    const targetGroup = prod.one("AWS::ElasticLoadBalancingV2::TargetGroup");
    expect(service.Properties).toMatchObject({
      ServiceName: google,
      LoadBalancers: [
        {
          ContainerName: "google_workspace",
          ContainerPort: 8000,
          TargetGroupArn: attribute(targetGroup, "TargetGroupArn"),
        },
      ],
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: "DISABLED" } },
    });
    const network = JSON.stringify(service.Properties.NetworkConfiguration);
    expect(network).toMatch(/PrivateSubnet1.*PrivateSubnet2/);
    expect(network).not.toContain("PublicSubnet");
  });

  it("[ECS-5] accept traffic from the balancer's security group only, and reach out through NAT", () => {
    const network = synthesize("prod").stack("Network");
    const [balancer, tasks] = network.all("AWS::EC2::SecurityGroup");
    if (balancer === undefined || tasks === undefined) throw new Error("Two security groups are due.");
    expect(tasks.Properties.SecurityGroupIngress).toEqual([
      expect.objectContaining({ IpProtocol: "tcp", SourceSecurityGroupId: attribute(balancer, "GroupId") }),
    ]);
    expect(JSON.stringify(service.Properties.NetworkConfiguration)).toContain(`GetAtt${tasks.id}`);
    const gateways = network.all("AWS::EC2::NatGateway").map((gateway) => attribute(gateway, "NatGatewayId"));
    const routes = network.all("AWS::EC2::Route").filter(({ Properties }) => "NatGatewayId" in Properties);
    expect(routes.map(({ Properties }) => Properties.NatGatewayId)).toEqual(gateways);
    expect(gateways).toHaveLength(2);
  });

  it("[ECS-5] share one NAT gateway in a disposable stage", () => {
    const network = synthesize("local").stack("Network");
    const [gateway] = network.all("AWS::EC2::NatGateway");
    if (gateway === undefined) throw new Error("A NAT gateway is due.");
    expect(network.all("AWS::EC2::NatGateway")).toHaveLength(1);
    const routes = network.all("AWS::EC2::Route").filter(({ Properties }) => "NatGatewayId" in Properties);
    expect(routes.map(({ Properties }) => Properties.NatGatewayId)).toEqual(
      Array(2).fill(attribute(gateway, "NatGatewayId")),
    );
  });

  it("[ECS-8] roll without losing a task, and back when the new ones fail", () => {
    expect(service.Properties.DeploymentConfiguration).toEqual({
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      Alarms: { AlarmNames: guards.map(reference), Enable: true, Rollback: true },
    });
    expect(service.Properties.HealthCheckGracePeriodSeconds).toBe(60);
    const task = prod.one("AWS::ECS::TaskDefinition");
    expect(service.Properties.TaskDefinition).toEqual(reference(task));
  });

  it("[REL-1] go back by alarms that exist before they do, on shares of their own requests and tasks", () => {
    expect(guards.map(({ Properties }) => [Properties.AlarmName, Properties.AlarmActions])).toEqual([
      ["prod-mcp-google-workspace-releaseErrors", undefined],
      ["prod-mcp-google-workspace-releaseHosts", undefined],
      ["prod-mcp-google-workspace-releaseProbe", undefined],
    ]);
    // What a service names has to be made before it and go after it: by reference, in one stack.
    for (const { id } of guards) expect(prod.resources.map((resource) => resource.id)).toContain(id);
    for (const { Properties } of guards) {
      expect(JSON.stringify(Properties.Metrics)).not.toContain("ServiceName");
      expect(Properties).toMatchObject({ TreatMissingData: "notBreaching" });
      // ECS bakes for as long as they look back: three minutes, so that five are enough from the first failed call.
      const [period] = [...JSON.stringify(Properties.Metrics).matchAll(/"Period":(\d+)/g)].map(([, each]) =>
        Number(each),
      );
      expect(Number(Properties.EvaluationPeriods) * Number(period)).toBe(180);
    }
  });

  it("[REL-1] are not judged by an alarm that the map declines", () => {
    const declined = { declined: "Its callers retry." };
    const map = changed("google_workspace", {
      alarms: { failedRequests: declined, unhealthyHosts: declined, probe: declined },
    });
    const stack = synthesize("prod", withServices({ google_workspace: map })).stack("Services");
    expect(stack.all("AWS::CloudWatch::Alarm")).toEqual([]);
    expect(stack.one("AWS::ECS::Service").Properties.DeploymentConfiguration).not.toHaveProperty("Alarms");
  });

  it("[ECS-9] can be entered with ECS Exec", () => {
    expect(service.Properties.EnableExecuteCommand).toBe(true);
  });

  it("[ECS-10] are none with desiredCount 0, and nothing else is removed", () => {
    const map = withServices({ google_workspace: changed("google_workspace", { desiredCount: 0 }) });
    const offline = synthesize("prod", map).stack("Services");
    expect(offline.one("AWS::ECS::Service").Properties.DesiredCount).toBe(0);
    // The probe does not ask a service that has no task, so no release is judged by it.
    const kept = prod.resources.map(({ id }) => id).filter((id) => !id.includes("releaseProbe"));
    expect(offline.resources.map(({ id }) => id)).toEqual(kept);
  });

  it("[MCP-6] are reached through their sidecar alone, which starts after the server and drains before it ends", () => {
    const sidecar = { image: "573946584375.dkr.ecr.us-east-1.amazonaws.com/mcp/sidecar:1" };
    const map = { ...withServices({ slack: { ...slack, sidecar: { login: "none" } } }), sidecar };
    const template = synthesize("prod", map).stack("Services");
    const { ContainerDefinitions } = template.one("AWS::ECS::TaskDefinition", { Family: "prod-mcp-slack" }).Properties;
    expect(ContainerDefinitions).toMatchObject([
      {
        Name: "slack",
        Image: sidecar.image,
        PortMappings: [{ ContainerPort: 8080 }],
        DependsOn: [{ ContainerName: "slack-server", Condition: "START" }],
      },
      { Name: "slack-server", Image: slack.image, Essential: true, PortMappings: [{ ContainerPort: 8001 }] },
    ]);
    expect(template.one("AWS::ECS::Service", { ServiceName: "prod-mcp-slack" }).Properties.LoadBalancers).toMatchObject(
      [{ ContainerName: "slack", ContainerPort: 8080 }],
    );
    expect(
      template.one("AWS::ElasticLoadBalancingV2::TargetGroup", { Name: "prod-mcp-slack-tg" }).Properties,
    ).toMatchObject({
      Port: 8080,
      HealthCheckPath: "/health",
    });
  });

  it("start after the rule that makes their target group usable", () => {
    const rules = prod.all("AWS::ElasticLoadBalancingV2::ListenerRule").map(({ id }) => id);
    expect(service.DependsOn).toEqual([rules.find((id) => id !== "OAuthRule")]);
  });

  it("carry their local command on loopback, and never on AWS", () => {
    expect(containerOf(local, "local-mcp-google-workspace").DockerLabels).toEqual({
      "mcp-fleet.local-command": '["node","packages/starter/main.ts"]',
    });
    expect(containerOf(prod, google)).not.toHaveProperty("DockerLabels");
  });
});

describe("a container's environment", () => {
  const redis = (name: string) => ({ "Fn::ImportValue": expect.stringMatching(`Sessions:.*PrimaryEndPoint${name}`) });

  it("[RED-3] [AUD-1] is exactly the entry's, the sessions', the audit trail's, the port and the idle timeout", () => {
    expect(environmentOf(prod, google)).toEqual({
      WORKSPACE_EXTERNAL_URL: "https://google.mcp.themailworks.com",
      WORKSPACE_MCP_STATELESS_MODE: "true",
      WORKSPACE_MCP_ALLOWED_CLIENT_REDIRECT_URIS: expect.stringContaining("https://claude.ai/api/mcp/auth_callback"),
      MCP_ENABLE_OAUTH21: "true",
      SPLUNK_INDEX: "mcp_audit",
      SPLUNK_SOURCE: "mcp-google",
      AUDIT_LOG_ENABLED: "true",
      PORT: "8000",
      MCP_IDLE_TIMEOUT_SECONDS: "300",
      WORKSPACE_MCP_OAUTH_PROXY_STORAGE_BACKEND: "valkey",
      WORKSPACE_MCP_OAUTH_PROXY_VALKEY_HOST: redis("Address"),
      WORKSPACE_MCP_OAUTH_PROXY_VALKEY_PORT: redis("Port"),
      WORKSPACE_MCP_OAUTH_PROXY_VALKEY_USE_TLS: "true",
      GOOGLE_MCP_CREDENTIAL_BACKEND: "redis",
      REDIS_HOST: redis("Address"),
      REDIS_PORT: redis("Port"),
      REDIS_USE_TLS: "true",
    });
    expect(synthesize("prod").stack("Sessions").one("AWS::ElastiCache::ReplicationGroup").Properties.Port).toBe(6379);
  });

  it("[RED-3] has no variable for Redis in a service without sessions", () => {
    expect(environmentOf(local, "local-mcp-everything")).toEqual({
      PORT: "3001",
      MCP_IDLE_TIMEOUT_SECONDS: "300",
      MCP_SERVICE: "everything",
      MCP_METRICS_NAMESPACE: "mcp-fleet/local",
    });
  });

  it("[AUD-3] turns the audit trail off, and keeps the log", () => {
    const map = withServices({
      google_workspace: changed("google_workspace", { audit: { source: "mcp-google", enabled: false } }),
    });
    const quiet = synthesize("prod", map);
    expect(environmentOf(quiet.stack("Services"), google).AUDIT_LOG_ENABLED).toBe("false");
    expect(quiet.stack("Logs").resources).toEqual(synthesize("prod").stack("Logs").resources);
  });

  it("[SEC-5] [AUD-1] takes each secret key by name, from the secret's full ARN", () => {
    const from = (secret: string, key: string) => ({
      Name: key,
      ValueFrom: {
        "Fn::Join": [
          "",
          [{ "Fn::ImportValue": expect.stringContaining(`Secrets:ExportsOutputRef${secret}`) }, `:${key}::`],
        ],
      },
    });
    expect(containerOf(prod, google).Secrets).toEqual([
      from("googleoauth", "GOOGLE_OAUTH_CLIENT_ID"),
      from("googleoauth", "GOOGLE_OAUTH_CLIENT_SECRET"),
      from("sessionkeys", "SESSION_ENCRYPTION_KEY"),
      from("sessionkeys", "FASTMCP_SERVER_AUTH_GOOGLE_JWT_SIGNING_KEY"),
      from("splunk", "SPLUNK_HEC_URL"),
      from("splunk", "SPLUNK_HEC_TOKEN"),
    ]);
  });
});
