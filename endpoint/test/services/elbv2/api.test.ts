import {
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DescribeAccountLimitsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
  waitUntilLoadBalancerAvailable,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  addGroup,
  addRule,
  ask,
  type Cloud,
  type Fleet,
  hostIs,
  openCloud,
  openFleet,
  pathIs,
  registerHealthy,
} from "./cloud.ts";
import { openOrigin } from "./origin.ts";

let cloud: Cloud;
let fleet: Fleet;

beforeAll(async () => {
  cloud = await openCloud();
  fleet = await openFleet(cloud);
});
afterAll(() => cloud.close());

/** The code a client switches on. */
const code = (name: string) => expect.objectContaining({ name });

describe("load balancers", () => {
  it("are described as AWS does, and are available at once", async () => {
    const described = await cloud.elb.send(new DescribeLoadBalancersCommand({ Names: ["prod-mcp-alb"] }));
    expect(described.LoadBalancers).toMatchObject([
      {
        LoadBalancerArn: expect.stringMatching(/:loadbalancer\/app\/prod-mcp-alb\/[0-9a-f]{16}$/),
        DNSName: expect.stringMatching(/^prod-mcp-alb-\d+\.us-east-1\.elb\.amazonaws\.com$/),
        CanonicalHostedZoneId: "Z35SXDOTRQ7X7K",
        CreatedTime: expect.any(Date),
        Scheme: "internet-facing",
        State: { Code: "active" },
        AvailabilityZones: [{ SubnetId: "subnet-a" }, { SubnetId: "subnet-b" }],
      },
    ]);
    const waited = await waitUntilLoadBalancerAvailable(
      { client: cloud.elb, maxWaitTime: 20 },
      { Names: ["prod-mcp-alb"] },
    );
    expect(waited.state).toBe("SUCCESS");
  });

  it("are created once for the same settings and refused for others", async () => {
    const again = await cloud.elb.send(
      new CreateLoadBalancerCommand({ Name: "prod-mcp-alb", Subnets: ["subnet-a", "subnet-b"] }),
    );
    expect(again.LoadBalancers?.[0]?.LoadBalancerArn).toBe(fleet.balancer);
    const other = new CreateLoadBalancerCommand({ Name: "prod-mcp-alb", Subnets: ["subnet-a", "subnet-c"] });
    await expect(cloud.elb.send(other)).rejects.toEqual(code("DuplicateLoadBalancerNameException"));
    const missing = new DescribeLoadBalancersCommand({ Names: ["nobody"] });
    await expect(cloud.elb.send(missing)).rejects.toEqual(code("LoadBalancerNotFoundException"));
    const long = new CreateLoadBalancerCommand({ Name: "x".repeat(33), Subnets: ["subnet-a", "subnet-b"] });
    await expect(cloud.elb.send(long)).rejects.toThrow("cannot be longer than '32' characters");
  });

  it("[ALB-8] are not deleted while protected, and take listeners and rules along when they are", async () => {
    // Of its own, so that its door closes with it.
    const alone = await openCloud();
    onTestFinished(() => alone.close());
    const guarded = await openFleet(alone, "guarded");
    const protect = (Value: string) =>
      alone.elb.send(
        new ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn: guarded.balancer,
          Attributes: [{ Key: "deletion_protection.enabled", Value }],
        }),
      );
    await protect("true");
    const remove = () => alone.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: guarded.balancer }));
    await expect(remove()).rejects.toEqual(code("OperationNotPermittedException"));
    expect((await ask(alone, `https://x.mcp.localhost:${guarded.httpsPort}/`)).status).toBe(404);
    await protect("false");
    await remove();
    await remove();
    await expect(ask(alone, `https://x.mcp.localhost:${guarded.httpsPort}/`)).rejects.toThrow("ECONNREFUSED");
    const listeners = new DescribeListenersCommand({ ListenerArns: [guarded.https] });
    await expect(alone.elb.send(listeners)).rejects.toEqual(code("ListenerNotFoundException"));
  });
});

describe("listeners and rules", () => {
  it("refuse a second listener on a port, an unknown policy, HTTPS without a certificate", async () => {
    const listener = (more: object) =>
      cloud.elb.send(
        new CreateListenerCommand({
          LoadBalancerArn: fleet.balancer,
          Protocol: "HTTPS",
          Port: 8443,
          DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
          ...more,
        }),
      );
    await expect(listener({ Port: 443, Protocol: "HTTP" })).rejects.toEqual(code("DuplicateListenerException"));
    await expect(listener({})).rejects.toEqual(code("CertificateNotFoundException"));
    const Certificates = [{ CertificateArn: "arn:aws:acm:us-east-1:1:certificate/none" }];
    await expect(listener({ Certificates, SslPolicy: "strict" })).rejects.toEqual(code("SSLPolicyNotFoundException"));
    await expect(listener({ Certificates })).rejects.toEqual(code("CertificateNotFoundException"));
    const described = await cloud.elb.send(new DescribeListenersCommand({ LoadBalancerArn: fleet.balancer }));
    expect(described.Listeners?.map(({ Port }) => Port)).toEqual([443, 80]);
  });

  it("describe rules by priority with the default last", async () => {
    const group = await addGroup(cloud, "tg-described");
    await addRule(cloud, fleet.https, 20, [hostIs("b.mcp.localhost")], group);
    const rule = await addRule(cloud, fleet.https, 3, [pathIs("/.well-known/*")], group);
    const { Rules } = await cloud.elb.send(new DescribeRulesCommand({ ListenerArn: fleet.https }));
    expect(Rules).toMatchObject([
      {
        RuleArn: rule,
        Priority: "3",
        IsDefault: false,
        Conditions: [
          { Field: "path-pattern", Values: ["/.well-known/*"], PathPatternConfig: { Values: ["/.well-known/*"] } },
        ],
        Actions: [{ Type: "forward", TargetGroupArn: group }],
      },
      { Priority: "20" },
      { Priority: "default", IsDefault: true, Conditions: [], Actions: [{ Type: "fixed-response" }] },
    ]);
    const listener = await cloud.elb.send(new DescribeListenersCommand({ ListenerArns: [fleet.http] }));
    expect(listener.Listeners?.[0]?.DefaultActions?.[0]?.RedirectConfig).toEqual({
      Protocol: "HTTPS",
      Port: "443",
      Host: "#{host}",
      Path: "/#{path}",
      Query: "#{query}",
      StatusCode: "HTTP_301",
    });
  });

  it("refuse a priority in use, too many values, an unknown group, changing the default rule", async () => {
    const group = await addGroup(cloud, "tg-refused");
    await addRule(cloud, fleet.https, 40, [hostIs("c.mcp.localhost")], group);
    await expect(addRule(cloud, fleet.https, 40, [hostIs("d.mcp.localhost")], group)).rejects.toEqual(
      code("PriorityInUseException"),
    );
    const many = pathIs("/1", "/2", "/3", "/4", "/5", "/6");
    await expect(addRule(cloud, fleet.https, 41, [many], group)).rejects.toThrow("can only have '5' condition values");
    await expect(addRule(cloud, fleet.https, 41, [hostIs("x.y")], `${group}x`)).rejects.toEqual(
      code("TargetGroupNotFoundException"),
    );
    const { Rules } = await cloud.elb.send(new DescribeRulesCommand({ ListenerArn: fleet.https }));
    const fallback = Rules?.find((rule) => rule.IsDefault)?.RuleArn;
    await expect(cloud.elb.send(new DeleteRuleCommand({ RuleArn: fallback }))).rejects.toEqual(
      code("OperationNotPermittedException"),
    );
    await expect(
      cloud.elb.send(new DeleteRuleCommand({ RuleArn: `${fleet.https.replace(":listener/", ":listener-rule/")}/x` })),
    ).rejects.toEqual(code("RuleNotFoundException"));
    const oidc = new CreateRuleCommand({
      ListenerArn: fleet.https,
      Priority: 42,
      Conditions: [hostIs("e.mcp.localhost")],
      Actions: [{ Type: "authenticate-oidc", Order: 1 }],
    });
    await expect(cloud.elb.send(oidc)).rejects.toThrow("not emulated");
  });

  it("allow 100 rules on a balancer", async () => {
    const crowded = await openFleet(cloud, "crowded");
    const group = await addGroup(cloud, "tg-crowded");
    for (let rule = 1; rule <= 100; rule += 1) {
      await addRule(cloud, crowded.https, rule, [hostIs(`s${rule}.mcp.localhost`)], group);
    }
    await expect(addRule(cloud, crowded.https, 101, [hostIs("s101.mcp.localhost")], group)).rejects.toEqual(
      code("TooManyRulesException"),
    );
    const pages = await cloud.elb.send(new DescribeRulesCommand({ ListenerArn: crowded.https, PageSize: 60 }));
    const rest = await cloud.elb.send(
      new DescribeRulesCommand({ ListenerArn: crowded.https, PageSize: 60, Marker: pages.NextMarker }),
    );
    expect([pages.Rules?.length, rest.Rules?.length, rest.NextMarker]).toEqual([60, 41, undefined]);
  });

  it("obey a changed default action and close a deleted listener's port", async () => {
    const alone = await openCloud();
    onTestFinished(() => alone.close());
    const changing = await openFleet(alone, "changing");
    const address = `https://x.mcp.localhost:${changing.httpsPort}/`;
    await alone.elb.send(
      new ModifyListenerCommand({
        ListenerArn: changing.https,
        DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "410" } }],
      }),
    );
    expect((await ask(alone, address)).status).toBe(410);
    await alone.elb.send(new DeleteListenerCommand({ ListenerArn: changing.https }));
    await expect(ask(alone, address)).rejects.toThrow("ECONNREFUSED");
  });
});

describe("target groups", () => {
  it("[RUN-1] are found by name with the health of their targets", async () => {
    const origin = await openOrigin((_, response) => response.end());
    const group = await addGroup(cloud, "prod-mcp-google-workspace-tg");
    const Targets = [{ Id: origin.target.id, Port: origin.target.port }];
    await cloud.elb.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets }));
    const described = await cloud.elb.send(
      new DescribeTargetGroupsCommand({ Names: ["prod-mcp-google-workspace-tg"] }),
    );
    expect(described.TargetGroups).toMatchObject([
      {
        TargetGroupArn: group,
        HealthCheckPath: "/health",
        HealthCheckIntervalSeconds: 30,
        Matcher: { HttpCode: "200" },
      },
    ]);
    const health = async () =>
      (await cloud.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: group }))).TargetHealthDescriptions;
    expect(await health()).toMatchObject([{ TargetHealth: { State: "unused", Reason: "Target.NotInUse" } }]);
    await addRule(cloud, fleet.https, 60, [hostIs("g.mcp.localhost")], group);
    await registerHealthy(cloud, group, origin.target);
    expect(await health()).toEqual([
      { Target: Targets[0], HealthCheckPort: String(origin.target.port), TargetHealth: { State: "healthy" } },
    ]);
    const stranger = { TargetGroupArn: group, Targets: [{ Id: "127.0.0.1", Port: 1 }] };
    const unknown = await cloud.elb.send(new DescribeTargetHealthCommand(stranger));
    expect(unknown.TargetHealthDescriptions?.[0]?.TargetHealth?.Reason).toBe("Target.NotRegistered");
    await origin.close();
  });

  it("refuse what AWS refuses", async () => {
    const group = await addGroup(cloud, "tg-used");
    await addRule(cloud, fleet.https, 61, [hostIs("u.mcp.localhost")], group);
    await expect(cloud.elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }))).rejects.toEqual(
      code("ResourceInUseException"),
    );
    await expect(addGroup(cloud, "tg-used", { Port: 9000 })).rejects.toEqual(code("DuplicateTargetGroupNameException"));
    expect(await addGroup(cloud, "tg-used")).toBe(group);
    const other = await openFleet(cloud, "another");
    await expect(addRule(cloud, other.https, 1, [hostIs("u.mcp.localhost")], group)).rejects.toEqual(
      code("TargetGroupAssociationLimitException"),
    );
    const interval = new ModifyTargetGroupCommand({ TargetGroupArn: group, HealthCheckIntervalSeconds: 4 });
    await expect(cloud.elb.send(interval)).rejects.toThrow("must be between '5' and '300'");
    const lambda = new CreateTargetGroupCommand({ Name: "tg-lambda", TargetType: "lambda" });
    await expect(cloud.elb.send(lambda)).rejects.toThrow("not emulated");
    const instance = { TargetGroupArn: group, Targets: [{ Id: "i-0123456789" }] };
    await expect(cloud.elb.send(new RegisterTargetsCommand(instance))).rejects.toEqual(code("InvalidTargetException"));
    await expect(cloud.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: `${group}x` }))).rejects.toEqual(
      code("TargetGroupNotFoundException"),
    );
  });

  it("carry tags, and report the limits", async () => {
    const group = await addGroup(cloud, "tg-tagged", { Tags: [{ Key: "stage", Value: "prod" }] });
    await cloud.elb.send(new AddTagsCommand({ ResourceArns: [group], Tags: [{ Key: "owner", Value: "mcp" }] }));
    const { TagDescriptions } = await cloud.elb.send(new DescribeTagsCommand({ ResourceArns: [group] }));
    expect(TagDescriptions?.[0]?.Tags).toEqual([
      { Key: "stage", Value: "prod" },
      { Key: "owner", Value: "mcp" },
    ]);
    const { Limits } = await cloud.elb.send(new DescribeAccountLimitsCommand({}));
    expect(Limits).toContainEqual({ Name: "rules-per-application-load-balancer", Max: "100" });
  });
});
