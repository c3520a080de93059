import { describe, expect, it } from "vitest";
import type { StageDefinition } from "#fleet";
import { withButtons, withMail } from "../fixture/buttons.ts";
import fixture from "../fixture/map.ts";
import { type Synthesis, slack, synthesize, withStage, withTwoShards } from "../synth/synth.ts";
import { attribute, reference, type Template } from "../synth/template.ts";
import { statementsOf } from "./statements.ts";

const auditors = "arn:aws:iam::573946584375:role/Auditors";
const given = "arn:aws:kms:us-east-1:573946584375:key/00000000-0000-4000-8000-000000000001";

/** The fixture, with buttons and mail, so that whatever is encrypted is there. */
function withControls(controls: NonNullable<StageDefinition["controls"]>, fields: StageDefinition = {}): Synthesis {
  const reachable = withButtons(withMail(fixture));
  const { prod } = reachable.stages;
  return synthesize("prod", { ...reachable, stages: { prod: { ...prod, ...fields, controls } } });
}

function attributesOf(template: Template): ReadonlyMap<string, unknown> {
  const { LoadBalancerAttributes } = template.one("AWS::ElasticLoadBalancingV2::LoadBalancer").Properties;
  if (!Array.isArray(LoadBalancerAttributes)) throw new Error("The balancer has no attributes.");
  return new Map(LoadBalancerAttributes.map(({ Key, Value }) => [Key, Value]));
}

describe("access logs", () => {
  const balancer = synthesize("prod", withStage("prod", { controls: { accessLogs: { readers: [auditors] } } })).stack(
    "Balancer",
  );
  const bucket = balancer.one("AWS::S3::Bucket");
  const policy = balancer.one("AWS::S3::BucketPolicy");

  it("[AWS-9] are off unless the map asks for them, and off again when it no longer does", () => {
    const attributes = attributesOf(synthesize("prod").stack("Balancer"));
    expect(attributes.get("access_logs.s3.enabled")).toBe("false");
    expect(attributes.get("connection_logs.s3.enabled")).toBe("false");
  });

  it("[AWS-9] have requests and connections in one bucket, which is there and writable before the balancer writes", () => {
    const attributes = attributesOf(balancer);
    for (const [kind, prefix] of [
      ["access_logs", "access"],
      ["connection_logs", "connections"],
    ]) {
      expect(attributes.get(`${kind}.s3.enabled`)).toBe("true");
      expect(attributes.get(`${kind}.s3.bucket`)).toEqual(reference(bucket));
      expect(attributes.get(`${kind}.s3.prefix`)).toBe(prefix);
    }
    expect(balancer.one("AWS::ElasticLoadBalancingV2::LoadBalancer").DependsOn).toContain(policy.id);
  });

  it("[AWS-9] are closed: balancers of the account write, the named roles may read, and nobody else", () => {
    const arn = attribute(bucket, "Arn");
    const under = (path: string) => ({ "Fn::Join": ["", [arn, path]] });
    expect(policy.Properties).toMatchObject({
      Bucket: reference(bucket),
      PolicyDocument: {
        Statement: [
          {
            Effect: "Allow",
            Action: "s3:PutObject",
            Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
            Resource: [under("/access/AWSLogs/573946584375/*"), under("/connections/AWSLogs/573946584375/*")],
          },
          {
            Effect: "Deny",
            Action: ["s3:GetObject", "s3:GetObjectVersion"],
            Principal: { AWS: "*" },
            Resource: under("/*"),
            Condition: { ArnNotEquals: { "aws:PrincipalArn": [auditors] } },
          },
          {
            Effect: "Deny",
            Action: "s3:*",
            Principal: { AWS: "*" },
            Resource: [arn, under("/*")],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      },
    });
    expect(bucket.Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
  });

  it("[AWS-9] expire after a year, and outlive the stage with their policy: no bucket is deleted that has an object", () => {
    expect(bucket.Properties.LifecycleConfiguration).toMatchObject({ Rules: [{ ExpirationInDays: 365 }] });
    for (const { DeletionPolicy, UpdateReplacePolicy } of [bucket, policy])
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(["RetainExceptOnCreate", "Retain"]);
  });
});

describe.each([
  ["that the stage makes", "create", { "Fn::ImportValue": expect.stringContaining("Encryption:ExportsOutput") }],
  ["of the account", given, given],
])("a key %s", (_, encryptionKey, arn) => {
  const adopted = "arn:aws:secretsmanager:us-east-1:573946584375:secret:/prod/mcp/splunk-AbC123";
  const controls = { encryptionKey, flowLogs: true, execTranscripts: true };
  const synthesis = withControls(controls, { adopt: { secrets: { splunk: adopted } } });
  const all = (type: string) => [...synthesis.stacks.values()].flatMap((template) => template.all(type));

  it("[AWS-9] encrypts every log group, secret, table and topic of the stage", () => {
    const keys = {
      "AWS::Logs::LogGroup": (properties: object) => "KmsKeyId" in properties && properties.KmsKeyId,
      "AWS::SecretsManager::Secret": (properties: object) => "KmsKeyId" in properties && properties.KmsKeyId,
      "AWS::SNS::Topic": (properties: object) => "KmsMasterKeyId" in properties && properties.KmsMasterKeyId,
      "AWS::DynamoDB::Table": (properties: object) => "SSESpecification" in properties && properties.SSESpecification,
    };
    for (const [type, keyOf] of Object.entries(keys)) {
      const resources = all(type);
      expect(resources.length, type).toBeGreaterThan(1);
      const wanted = type.endsWith("Table") ? { SSEEnabled: true, SSEType: "KMS", KMSMasterKeyId: arn } : arn;
      for (const { id, Properties } of resources) expect(keyOf(Properties), `${type} ${id}`).toEqual(wanted);
    }
  });

  it("[AWS-9] replaces the keys of the topics, and is not used for a secret that was adopted", () => {
    expect(all("AWS::KMS::Key")).toHaveLength(encryptionKey === "create" ? 1 : 0);
    const { document } = synthesis.stack("Rotation");
    expect(JSON.stringify(document)).toContain(adopted);
    const names = all("AWS::SecretsManager::Secret").map(({ Properties }) => Properties.Name);
    expect(names).not.toContain("/prod/mcp/splunk");
  });

  it("[AWS-9] is used by each role through the services it calls, for what is the stage's, and no other way", () => {
    const rights = [...synthesis.stacks].flatMap(([stack, template]) =>
      template.all("AWS::IAM::Role").flatMap(({ id, Properties }) =>
        keyRightsIn(Properties).map(({ actions, service, context }) => {
          expect(context, `${stack} ${id}`).toMatch(
            { dynamodb: /prod-mcp-/, secretsmanager: /\/prod\/mcp\/\*/, sns: /^$/ }[service] ?? /never/,
          );
          return `${id.replace(/[0-9A-F]{8}$/, "")} ${service}: ${actions}`;
        }),
      ),
    );
    const table = "kms:Decrypt, kms:GenerateDataKey, kms:Encrypt, kms:ReEncryptFrom, kms:ReEncryptTo";
    const write = "kms:Decrypt, kms:GenerateDataKey";
    expect(rights.toSorted()).toEqual(
      [
        "ExecutionRole secretsmanager: kms:Decrypt",
        `alarmtochatRole dynamodb: ${table}`,
        "alarmtochatRole secretsmanager: kms:Decrypt",
        `alarmtochatRole sns: ${write}`,
        // The only secret with old names is the adopted one, whose key the map does not name.
        `alignsplunkRole sns: ${write}`,
        `answerbuttonRole dynamodb: ${table}`,
        "answerbuttonRole secretsmanager: kms:Decrypt",
        `probeservicesRole dynamodb: ${table}`,
        `probeservicesRole sns: ${write}`,
        `rotatesecretRole secretsmanager: ${write}`,
        "rotatesecretRole secretsmanager: kms:Decrypt",
        `rotatesecretRole sns: ${write}`,
        `seedsecretRole secretsmanager: ${write}`,
        "settlesecretRole secretsmanager: kms:Decrypt",
        `settlesecretRole sns: ${write}`,
      ].toSorted(),
    );
  });
});

interface KeyRight {
  readonly actions: string;
  readonly service: string;
  readonly context: string;
}

/** What the statements of a role on keys say, wherever they are. */
function keyRightsIn(value: unknown): readonly KeyRight[] {
  if (typeof value !== "object" || value === null) return [];
  const actions = "Action" in value ? [value.Action].flat().join(", ") : "";
  if (!actions.startsWith("kms:")) return Object.values(value).flatMap(keyRightsIn);
  const condition = "Condition" in value ? JSON.stringify(value.Condition) : "";
  const [, service = "anything"] = /"kms:ViaService":.*?(\w+)\.us-east-1\./.exec(condition) ?? [];
  const [, context = ""] = /"kms:EncryptionContext:[\w:]+":"([^"]+)"/.exec(condition) ?? [];
  return [{ actions, service, context }];
}

describe("the key that a stage makes", () => {
  const stack = withControls({ encryptionKey: "create" }).stack("Encryption");
  const key = stack.one("AWS::KMS::Key");

  it("[AWS-9] lets CloudWatch Logs and alarms use it for the stage's own, and turns each year", () => {
    const { KeyPolicy, EnableKeyRotation } = key.Properties;
    expect(EnableKeyRotation).toBe(true);
    const source = { "aws:SourceAccount": "573946584375" };
    const logs = ["/ecs/prod/mcp/*", "/aws/lambda/prod-mcp-*", "/vpc/prod/mcp", "/ecs-exec/prod/mcp"];
    expect(KeyPolicy).toMatchObject({
      Statement: [
        {
          Action: "kms:*",
          Principal: { AWS: { "Fn::Join": ["", expect.arrayContaining([expect.stringMatching(/:root$/)])] } },
        },
        {
          Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Condition: { StringEquals: source, ArnLike: { "aws:SourceArn": expect.anything() } },
        },
        {
          Action: ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
          Principal: { Service: "logs.us-east-1.amazonaws.com" },
          Condition: {
            ArnLike: {
              "kms:EncryptionContext:aws:logs:arn": logs.map((group) => ({
                "Fn::Join": ["", expect.arrayContaining([`:logs:us-east-1:573946584375:log-group:${group}`])],
              })),
            },
          },
        },
      ],
    });
  });

  it("[AWS-9] outlives the stage, as the secrets do that it encrypts", () => {
    expect([key.DeletionPolicy, key.UpdateReplacePolicy]).toEqual(["RetainExceptOnCreate", "Retain"]);
  });

  it("[AWS-9] is no stack of a stage without it", () => {
    expect([...synthesize("prod").stacks.keys()]).not.toContain("Encryption");
  });
});

describe("AWS WAF", () => {
  const map = withTwoShards({ ...fixture.services, slack });
  const withWaf = (waf: NonNullable<StageDefinition["controls"]>["waf"]) =>
    synthesize("prod", { ...map, stages: { prod: { ...map.stages.prod, ...(waf && { controls: { waf } }) } } });
  const aclOf = ({ stack }: Synthesis, name: string) => stack(name).one("AWS::WAFv2::WebACL");
  const rulesOf = (synthesis: Synthesis): readonly Readonly<Record<string, unknown>>[] => {
    const { Rules } = aclOf(synthesis, "Balancer").Properties;
    return Array.isArray(Rules) ? Rules : [];
  };

  it("[AWS-9] stands in front of each balancer, and of none without being asked", () => {
    const counting = withWaf({});
    for (const name of ["Balancer", "Balancer2"]) {
      const balancer = counting.stack(name).one("AWS::ElasticLoadBalancingV2::LoadBalancer");
      expect(counting.stack(name).one("AWS::WAFv2::WebACLAssociation").Properties).toEqual({
        ResourceArn: reference(balancer),
        WebACLArn: attribute(aclOf(counting, name), "Arn"),
      });
      expect(aclOf(counting, name).Properties).toMatchObject({ Scope: "REGIONAL", DefaultAction: { Allow: {} } });
    }
    expect(withWaf(undefined).stack("Balancer").all("AWS::WAFv2::WebACL")).toEqual([]);
  });

  it("[AWS-9] counts first, and blocks where the map says so", () => {
    const [rate, ...managed] = rulesOf(withWaf({}));
    expect(rate).toMatchObject({ Action: { Count: {} }, Statement: { RateBasedStatement: { Limit: 10_000 } } });
    expect(managed.map(({ OverrideAction }) => OverrideAction)).toEqual([{ Count: {} }, { Count: {} }]);
    const [limit, ...blocking] = rulesOf(withWaf({ mode: "block", requestsPerFiveMinutes: 500 }));
    expect(limit).toMatchObject({ Action: { Block: {} }, Statement: { RateBasedStatement: { Limit: 500 } } });
    expect(blocking.map(({ OverrideAction }) => OverrideAction)).toEqual([{ None: {} }, { None: {} }]);
  });

  it("[AWS-9] never blocks a large tool call, the text of one, or a redirect URI of this machine", () => {
    const core = rulesOf(withWaf({ mode: "block" })).find(({ Name }) => Name === "AWSManagedRulesCommonRuleSet");
    const exceptions = ["SizeRestrictions_BODY", "CrossSiteScripting_BODY", "GenericRFI_QUERYARGUMENTS"];
    expect(core?.Statement).toMatchObject({
      ManagedRuleGroupStatement: {
        RuleActionOverrides: expect.arrayContaining(exceptions.map((Name) => ({ Name, ActionToUse: { Count: {} } }))),
      },
    });
  });

  it("[AWS-9] keeps no request: its samples would have OAuth codes", () => {
    expect(JSON.stringify(aclOf(withWaf({}), "Balancer").Properties)).not.toContain('"SampledRequestsEnabled":true');
  });
});

describe("flow logs", () => {
  it("[AWS-9] are written by the network of the account, and by no other", () => {
    const role = withControls({ flowLogs: true }).stack("Network").one("AWS::IAM::Role").Properties;
    expect(role.AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Principal: { Service: "vpc-flow-logs.amazonaws.com" },
          Condition: {
            StringEquals: { "aws:SourceAccount": "573946584375" },
            ArnLike: {
              "aws:SourceArn": {
                "Fn::Join": ["", expect.arrayContaining([":ec2:us-east-1:573946584375:vpc-flow-log/*"])],
              },
            },
          },
        },
      ],
    });
  });
});

describe("transcripts of shells", () => {
  it("[AWS-9] go to a log group of their own, with the rights of each task and the stage's key", () => {
    const synthesis = withControls({ execTranscripts: true, encryptionKey: given });
    const group = synthesis.stack("Cluster").one("AWS::Logs::LogGroup");
    expect(group.Properties.LogGroupName).toBe("/ecs-exec/prod/mcp");
    expect(synthesis.stack("Cluster").one("AWS::ECS::Cluster").Properties.Configuration).toEqual({
      ExecuteCommandConfiguration: {
        Logging: "OVERRIDE",
        LogConfiguration: { CloudWatchLogGroupName: reference(group), CloudWatchEncryptionEnabled: true },
      },
    });
    const rights = statementsOf(synthesis.stack("Services")).filter(({ actions }) =>
      actions.some((action) => action.startsWith("logs:")),
    );
    expect(rights).toEqual([
      { resource: "googleworkspaceTaskRole", effect: "Allow", actions: ["logs:DescribeLogGroups"], on: ["*"] },
      {
        resource: "googleworkspaceTaskRole",
        effect: "Allow",
        actions: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        on: ["arn:aws:logs:us-east-1:573946584375:log-group:/ecs-exec/prod/mcp:*"],
      },
    ]);
  });

  it("[AWS-9] ask for no key of a group that has none", () => {
    const { Configuration } = withControls({ execTranscripts: true })
      .stack("Cluster")
      .one("AWS::ECS::Cluster").Properties;
    expect(JSON.stringify(Configuration)).toContain('"CloudWatchEncryptionEnabled":false');
  });
});

describe("another bootstrap of the CDK", () => {
  it("[AWS-9] is the one whose roles deploy, and into which they upload", () => {
    const { app, stacks } = withControls({ bootstrap: { qualifier: "platform" } });
    const roles = app.synth().stacks.map(({ assumeRoleArn }) => assumeRoleArn?.split(":").at(-1));
    expect(new Set(roles)).toEqual(new Set(["role/cdk-platform-deploy-role-573946584375-us-east-1"]));
    for (const { document } of stacks.values())
      expect(JSON.stringify(document)).toContain('"/cdk-bootstrap/platform/version"');
  });
});
