import { describe, expect, it } from "vitest";
import { defineFleet, FleetError } from "#fleet";
import fleet from "../fixture/map.ts";
import { synthesize, withStage } from "../synth/synth.ts";
import { attribute } from "../synth/template.ts";
import { type Statement, statementsOf } from "./statements.ts";

const { stack } = synthesize("prod");
const rotation = stack("Rotation");
const lambdaNamed = (name: string) => rotation.one("AWS::Lambda::Function", { FunctionName: `prod-mcp-${name}` });
const statements = (resource: string): readonly Statement[] =>
  statementsOf(rotation).filter((statement) => statement.resource === resource && statement.on.length > 0);

describe("rotation schedules", () => {
  const schedules = rotation.all("AWS::SecretsManager::RotationSchedule");

  it("[ROT-1] are those of the map, by the one rotation function", () => {
    expect(schedules.map(({ Properties }) => Properties.RotationRules)).toEqual([
      { AutomaticallyAfterDays: 90 },
      { AutomaticallyAfterDays: 30 },
    ]);
    for (const { Properties } of schedules) {
      expect(Properties.RotationLambdaARN).toEqual(attribute(lambdaNamed("rotate-secret"), "Arn"));
    }
  });

  it("[ROT-1] [SEC-3] rotate nothing when they are turned on: the value may be a placeholder", () => {
    for (const { Properties } of schedules) expect(Properties.RotateImmediatelyOnUpdate).toBe(false);
  });

  it("[ROT-1] let Secrets Manager, of this account and for secrets of this stage, call the function", () => {
    const permission = rotation.one("AWS::Lambda::Permission", { Principal: "secretsmanager.amazonaws.com" });
    expect(permission.Properties).toMatchObject({
      SourceAccount: "573946584375",
      SourceArn: "arn:aws:secretsmanager:us-east-1:573946584375:secret:/prod/mcp/*",
    });
    for (const { DependsOn } of schedules) expect(DependsOn).toContain(permission.id);
  });

  it("[ROT-1] are left out with their function where the map declines every rotation", () => {
    const secrets = Object.fromEntries(
      Object.entries(fleet.secrets).map(([key, secret]) => [key, { ...secret, rotation: { declined: "By hand." } }]),
    );
    const declined = synthesize("prod", { ...fleet, secrets }).stack("Rotation");
    expect(declined.all("AWS::SecretsManager::RotationSchedule")).toEqual([]);
    expect(JSON.stringify(declined.document)).not.toContain("prod-mcp-rotate-secret");
    expect(JSON.stringify(declined.document)).toContain("prod-mcp-settle-secret");
  });
});

describe("what wakes the functions", () => {
  const rules = rotation.all("AWS::Events::Rule").map(({ Properties }) => Properties);

  it("[ROT-2] [ROT-6] wakes the planner by labels, by deployments of the stage's cluster, and every five minutes", () => {
    expect(rules.map(({ EventPattern, ScheduleExpression }) => EventPattern ?? ScheduleExpression)).toEqual(
      expect.arrayContaining([
        {
          source: ["aws.secretsmanager"],
          "detail-type": ["Secret Label Updated"],
          detail: { name: [{ prefix: "/prod/mcp/" }] },
        },
        "rate(5 minutes)",
      ]),
    );
    const [deployments] = rules.filter(({ EventPattern }) => JSON.stringify(EventPattern ?? "").includes("aws.ecs"));
    expect(JSON.stringify(deployments?.EventPattern)).toMatch(
      /"resources":\[{"prefix":.*:ecs:us-east-1:573946584375:service\/prod-mcp-cluster\/"/,
    );
  });

  it("[ALN-1] [FIX-3] wakes the alignment by a new current value, daily, and on deploy before any service starts", () => {
    expect(rules.map(({ ScheduleExpression }) => ScheduleExpression)).toContain("rate(1 day)");
    const [labels] = rules.filter(({ EventPattern }) => JSON.stringify(EventPattern ?? "").includes("AWSCURRENT"));
    expect(labels).toBeDefined();
    expect(rotation.one("Custom::SecretAlignment").Properties.ServiceToken).toEqual(
      attribute(lambdaNamed("align-splunk"), "Arn"),
    );
    const { app } = synthesize("prod");
    const services = app.synth().stacks.find(({ stackName }) => stackName.endsWith("Services"));
    expect(services?.dependencies.map(({ id }) => id).join()).toContain("Rotation");
  });

  it("[ROT-2] runs one planner at a time, so that a shared service is rolled once", () => {
    expect(lambdaNamed("settle-secret").Properties.ReservedConcurrentExecutions).toBe(1);
  });
});

describe("what the functions may do", () => {
  it("[SEC-5] [ROT-3] lets the rotation write the secrets it rotates and read its administrator's, no other", () => {
    const reading = statements("rotatesecretRole").filter(({ actions }) =>
      actions.includes("secretsmanager:GetSecretValue"),
    );
    const isWriting = ({ actions }: Statement) => actions.includes("secretsmanager:PutSecretValue");
    expect(reading.filter(isWriting).flatMap(({ on }) => on)).toHaveLength(2);
    expect(reading.filter((statement) => !isWriting(statement)).flatMap(({ on }) => on)).toHaveLength(1);
  });

  it("[ROT-2] lets the planner roll services of the stage's cluster, and write no value", () => {
    const all = statements("settlesecretRole");
    expect(all.flatMap(({ actions }) => actions)).not.toContain("secretsmanager:PutSecretValue");
    const ecs = all.filter(({ actions }) => actions.some((action) => action.startsWith("ecs:")));
    expect(ecs.map(({ actions, on }) => [actions.join(), on.join()])).toEqual([
      ["ecs:DescribeServices,ecs:UpdateService", "arn:aws:ecs:us-east-1:573946584375:service/prod-mcp-cluster/*"],
      ["ecs:DescribeTasks", "arn:aws:ecs:us-east-1:573946584375:task/prod-mcp-cluster/*"],
      ["ecs:DescribeTaskDefinition", "*"],
      ["ecs:ListTasks", "*"],
    ]);
  });

  it("[CHAT-4] lets each publish to the stage's topic, with the key that encrypts it", () => {
    for (const role of ["rotatesecretRole", "settlesecretRole", "alignsplunkRole"]) {
      const actions = statements(role).map((statement) => statement.actions.join());
      expect(actions, role).toEqual(expect.arrayContaining(["sns:Publish", "kms:Decrypt,kms:GenerateDataKey"]));
    }
  });
});

describe("an adopted secret", () => {
  it("[ROT-1] [ALN-1] rotates and is aligned where it stands", () => {
    const arn = "arn:aws:secretsmanager:us-east-1:573946584375:secret:/prod/mcp/splunk-AbC123";
    const adopted = synthesize("prod", withStage("prod", { adopt: { secrets: { splunk: arn } } })).stack("Rotation");
    expect(adopted.all("AWS::SecretsManager::RotationSchedule").map(({ Properties }) => Properties.SecretId)).toContain(
      arn,
    );
  });
});

describe("a rotation the map gets wrong", () => {
  const withSplunk = (rotationOf: object) => ({
    ...fleet,
    secrets: { ...fleet.secrets, splunk: Object.assign({}, fleet.secrets.splunk, { rotation: rotationOf }) },
  });

  it.each([
    [{ issuer: "splunk-hec", platform: "cloud", admin: "nobody" }, "secrets.splunk.rotation.admin"],
    [{ issuer: "splunk-hec", platform: "cloud", admin: "splunk" }, "secrets.splunk.rotation.admin"],
    [{ issuer: "splunk-hec", platform: "cloud", admin: "google-oauth" }, "secrets.google-oauth.keys.SPLUNK_ADMIN_URL"],
    [{ issuer: "splunk-hec", platform: "cloud", admin: "splunk-admin", everyDays: 0 }, "secrets.splunk.rotation"],
    [{ issuer: "random", keys: { OTHER: { length: 32 } } }, "secrets.splunk.keys.OTHER"],
    [{ issuer: "random", keys: { SPLUNK_HEC_TOKEN: { length: 8 } } }, "secrets.splunk.rotation"],
    [{ issuer: "redis-auth", key: "REDIS_TOKEN", replicationGroup: "g" }, "secrets.splunk.keys.REDIS_TOKEN"],
    [{ issuer: "carrier-pigeon" }, "secrets.splunk.rotation"],
    [{ declined: " " }, "secrets.splunk.rotation"],
  ])("[MAP-3] %j is refused by its field, with what is allowed and the remedy", (wrong, field) => {
    expect(() => defineFleet(withSplunk(wrong))).toThrow(FleetError);
    expect(() => defineFleet(withSplunk(wrong))).toThrow(field);
    expect(() => defineFleet(withSplunk(wrong))).toThrow(/remedy: {2}\S/);
  });
});
