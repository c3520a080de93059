import { describe, expect, it } from "vitest";
import { defineFleet, planStage, type Standing } from "#fleet";
import fleet from "../fixture/map.ts";
import { changed, slack, synthesize, withServices, withStage, withTwoShards } from "../synth/synth.ts";
import { attribute, type Template } from "../synth/template.ts";

const prod = synthesize("prod");
const balancer = prod.stack("Balancer").one("AWS::ElasticLoadBalancingV2::LoadBalancer");

const listener = (port: number) => prod.stack("Balancer").one("AWS::ElasticLoadBalancingV2::Listener", { Port: port });
const ruleAt = (template: Template, priority: number) =>
  template.one("AWS::ElasticLoadBalancingV2::ListenerRule", { Priority: priority }).Properties;

function attributesOf(template: Template): Readonly<Record<string, string>> {
  const { LoadBalancerAttributes } = template.one("AWS::ElasticLoadBalancingV2::LoadBalancer").Properties;
  if (!Array.isArray(LoadBalancerAttributes)) throw new Error("The balancer has no attributes.");
  return Object.fromEntries(LoadBalancerAttributes.map(({ Key, Value }) => [Key, Value]));
}

describe("the balancer", () => {
  it("[AWS-1] keeps idle connections as the map says, which every task is told, and its own 5xx have an alarm", () => {
    const other = synthesize("prod", withStage("prod", { network: { idleTimeoutSeconds: 120 } }));
    expect(attributesOf(other.stack("Balancer"))).toMatchObject({ "idle_timeout.timeout_seconds": "120" });
    const told = { Name: "MCP_IDLE_TIMEOUT_SECONDS", Value: "120" };
    for (const { Properties } of other.stack("Services").all("AWS::ECS::TaskDefinition"))
      expect(Properties.ContainerDefinitions).toMatchObject([{ Environment: expect.arrayContaining([told]) }]);
    expect(
      prod.stack("Alarms").one("AWS::CloudWatch::Alarm", { AlarmName: "prod-mcp-alb-balancer5xx" }).Properties,
    ).toMatchObject({
      MetricName: "HTTPCode_ELB_5XX_Count",
      Dimensions: [
        { Name: "LoadBalancer", Value: { "Fn::ImportValue": expect.stringContaining("LoadBalancerFullName") } },
      ],
      AlarmActions: [{ "Fn::ImportValue": expect.stringContaining("Alerts:ExportsOutputRefTopic") }],
    });
  });

  it("[ALB-1] faces the internet from both public subnets", () => {
    expect(balancer.Properties).toMatchObject({ Name: "prod-mcp-alb", Scheme: "internet-facing", Type: "application" });
    expect(JSON.stringify(balancer.Properties.Subnets)).toMatch(/PublicSubnet1.*PublicSubnet2/);
    const gateway = prod.stack("Network").one("AWS::EC2::InternetGateway");
    expect(
      prod.stack("Network").one("AWS::EC2::Route", { GatewayId: attribute(gateway, "InternetGatewayId") }),
    ).toBeDefined();
  });

  it("[ALB-1] is the only thing with a public address, apart from the NAT gateways", () => {
    for (const subnet of prod.stack("Network").all("AWS::EC2::Subnet")) {
      expect(subnet.Properties.MapPublicIpOnLaunch).toBe(false);
    }
    const addresses = prod.stack("Network").all("AWS::EC2::EIP");
    const gateways = prod.stack("Network").all("AWS::EC2::NatGateway");
    expect(gateways.map(({ Properties }) => Properties.AllocationId)).toEqual(
      addresses.map((address) => attribute(address, "AllocationId")),
    );
  });

  it("[AWS-11] has adopted addresses in its NAT gateways, in their order, and makes none", () => {
    const addresses = ["eipalloc-0000000b", "eipalloc-0000000a"];
    const network = synthesize("prod", withStage("prod", { adopt: { addresses } })).stack("Network");
    expect(network.all("AWS::EC2::NatGateway").map(({ Properties }) => Properties.AllocationId)).toEqual(addresses);
    expect(network.all("AWS::EC2::EIP")).toEqual([]);
  });

  it("[ALB-2] speaks HTTPS on 443 with the policy and the certificate of the domain", () => {
    expect(listener(443).Properties).toMatchObject({
      Protocol: "HTTPS",
      SslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      Certificates: [
        { CertificateArn: { "Fn::ImportValue": expect.stringContaining("Dns:ExportsOutputRefCertificate") } },
      ],
    });
  });

  it("[ALB-3] redirects HTTP to HTTPS permanently, with host, path and query", () => {
    expect(listener(80).Properties).toMatchObject({
      Protocol: "HTTP",
      DefaultActions: [
        {
          Type: "redirect",
          RedirectConfig: {
            Protocol: "HTTPS",
            Port: "443",
            Host: "#{host}",
            Path: "/#{path}",
            Query: "#{query}",
            StatusCode: "HTTP_301",
          },
        },
      ],
    });
  });

  it("[ALB-7] answers 404 to what no rule matches", () => {
    expect(listener(443).Properties.DefaultActions).toMatchObject([
      { Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } },
    ]);
  });

  it("[ALB-8] [FIX-2] is protected from deletion in prod, and not once the stage's switch is off", () => {
    expect(attributesOf(prod.stack("Balancer"))["deletion_protection.enabled"]).toBe("true");
    const open = synthesize("prod", withStage("prod", { deletionProtection: false }));
    expect(attributesOf(open.stack("Balancer"))["deletion_protection.enabled"]).toBe("false");
  });

  it("keeps quiet event streams open for five minutes, and drops malformed headers", () => {
    expect(attributesOf(prod.stack("Balancer"))).toMatchObject({
      "idle_timeout.timeout_seconds": "300",
      "routing.http.drop_invalid_header_fields.enabled": "true",
    });
  });
});

describe("routes", () => {
  const services = prod.stack("Services");
  const targetGroup = services.one("AWS::ElasticLoadBalancingV2::TargetGroup");

  it("[ALB-4] lead to a target group with the entry's port and health check", () => {
    expect(targetGroup.Properties).toMatchObject({
      Name: "prod-mcp-google-workspace-tg",
      TargetType: "ip",
      Protocol: "HTTP",
      Port: 8000,
      HealthCheckPath: "/health",
      HealthCheckIntervalSeconds: 30,
      Matcher: { HttpCode: "200" },
      TargetGroupAttributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "30" }],
    });
  });

  it("[ALB-5] match the service's host name", () => {
    const rules = services.all("AWS::ElasticLoadBalancingV2::ListenerRule").map(({ Properties }) => Properties);
    expect(rules).toContainEqual(
      expect.objectContaining({
        Conditions: [{ Field: "host-header", HostHeaderConfig: { Values: ["google.mcp.themailworks.com"] } }],
        Actions: [{ Type: "forward", TargetGroupArn: attribute(targetGroup, "TargetGroupArn") }],
      }),
    );
  });

  it("[ALB-6] send the OAuth paths to their owner, at priority 10", () => {
    expect(ruleAt(services, 10)).toMatchObject({
      Conditions: [
        { Field: "host-header", HostHeaderConfig: { Values: ["google.mcp.themailworks.com"] } },
        { Field: "path-pattern", PathPatternConfig: { Values: ["/.well-known/*", "/oauth2/*", "/auth/*"] } },
      ],
      Actions: [{ Type: "forward", TargetGroupArn: attribute(targetGroup, "TargetGroupArn") }],
    });
  });

  it("[ALB-6] [MCP-3] send its own paths of any host to the owner, and no other host's metadata", () => {
    expect(ruleAt(services, 25_000)).toMatchObject({
      Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/oauth2/*", "/auth/*"] } }],
      Actions: [{ Type: "forward", TargetGroupArn: attribute(targetGroup, "TargetGroupArn") }],
    });
  });

  it("[ALB-6] [MCP-3] send no metadata of any host to the owner, however the map's pattern says it", () => {
    const anyHostOf = (path: string) =>
      planStage({ ...withServices({}), oauth: { paths: [path] } }, "prod").oauth?.anyHost.paths;
    for (const path of ["/*", "/?well-known/*", "/.well*", "/.*", "/.well-known/oauth-*", "/.well-known/?"]) {
      expect(anyHostOf(path), path).toEqual([]);
    }
    for (const path of ["/oauth2/*", "/.well", "/well-known/*", "/authorize"]) expect(anyHostOf(path)).toEqual([path]);
  });

  it("[MCP-3] ask a host with a login of its own before that, and one without after it", () => {
    const environment = { WORKSPACE_EXTERNAL_URL: "{url}" };
    const map = withServices({ slack: { ...slack, environment }, notes: { ...slack, host: "notes", environment: {} } });
    const priorityOf = (key: string) => planStage(map, "prod").services.find((one) => one.key === key)?.rulePriority;
    expect(priorityOf("slack")).toBeLessThan(25_000);
    expect(priorityOf("notes")).toBeGreaterThan(25_000);
  });

  it("[ALB-6] take the paths and the priority from the map", () => {
    const map = { ...withServices({}), oauth: { paths: ["/login/*"], priority: 40 } };
    expect(ruleAt(synthesize("prod", map).stack("Services"), 40).Conditions).toContainEqual({
      Field: "path-pattern",
      PathPatternConfig: { Values: ["/login/*"] },
    });
  });

  it("[ALB-6] leave a service that opts out its own OAuth paths: its host is asked first", () => {
    const map = withServices({ slack: { ...slack, oauth: { rulePriority: 5 } } });
    expect(ruleAt(synthesize("prod", map).stack("Services"), 5).Conditions).toEqual([
      { Field: "host-header", HostHeaderConfig: { Values: ["slack.mcp.themailworks.com"] } },
    ]);
  });

  it("[ALB-6] of another balancer send the client to the owner's host", () => {
    const map = withTwoShards({
      google_workspace: changed("google_workspace", { shard: 1 }),
      slack: { ...slack, shard: 2 },
    });
    const { stacks, stack } = synthesize("prod", map);
    expect([...stacks.keys()].sort()).toEqual(
      [
        ...prod.stacks.keys(),
        "Logs2",
        "Balancer2",
        "Services2",
        "Alarms2",
        "Rates2",
        "ProbeAlarms2",
        "Scaling2",
      ].sort(),
    );
    expect(stack("Balancer2").one("AWS::ElasticLoadBalancingV2::LoadBalancer").Properties.Name).toBe("prod-mcp-alb-2");
    expect(ruleAt(stack("Services"), 10).Actions).toMatchObject([{ Type: "forward" }]);
    expect(ruleAt(stack("Services2"), 25_000).Actions).toEqual([
      {
        Type: "redirect",
        RedirectConfig: {
          StatusCode: "HTTP_302",
          Protocol: "#{protocol}",
          Host: "google.mcp.themailworks.com",
          Port: "#{port}",
          Path: "/#{path}",
          Query: "#{query}",
        },
      },
    ]);
    const record = stack("Services2").one("AWS::Route53::RecordSet");
    expect(JSON.stringify(record.Properties.AliasTarget)).toContain("Balancer2:");
  });
});

describe("the network", () => {
  it("[MAP-3] refuses an address range too small for eight subnets", () => {
    const map = { ...fleet, stages: { prod: { ...fleet.stages.prod, network: { cidr: "10.0.0.0/27" } } } };
    expect(() => defineFleet({ ...map, services: {} })).toThrow("stages.prod.network.cidr");
  });

  const blocks = (zones: number, standing?: Partial<Standing>) =>
    synthesize("prod", withStage("prod", { network: { cidr: "10.7.0.0/20", zones } }), standing)
      .stack("Network")
      .all("AWS::EC2::Subnet")
      .map(({ Properties: { CidrBlock, AvailabilityZone } }) => `${CidrBlock} ${AvailabilityZone}`);

  it("[AWS-6] cuts the stage's own range into eight, of which each zone has its own", () => {
    expect(blocks(3)).toEqual([
      "10.7.0.0/23 us-east-1a",
      "10.7.2.0/23 us-east-1b",
      "10.7.8.0/23 us-east-1c",
      "10.7.4.0/23 us-east-1a",
      "10.7.6.0/23 us-east-1b",
      "10.7.10.0/23 us-east-1c",
    ]);
    expect(blocks(3)).toEqual(expect.arrayContaining([...blocks(2)]));
  });

  it("[AWS-6] leaves subnets where they are deployed, those of a zone too that the map no longer has", () => {
    const subnet = { cidr: "10.7.14.0/23", zone: "us-east-1f" };
    const subnets = { PublicSubnet1: subnet, PublicSubnet3: { cidr: "10.7.8.0/23", zone: "us-east-1d" } };
    expect(blocks(2, { subnets })).toEqual([
      "10.7.14.0/23 us-east-1f",
      "10.7.2.0/23 us-east-1a",
      "10.7.8.0/23 us-east-1d",
      "10.7.4.0/23 us-east-1f",
      "10.7.6.0/23 us-east-1a",
      "10.7.10.0/23 us-east-1d",
    ]);
  });
});
