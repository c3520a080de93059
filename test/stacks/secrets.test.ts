import { describe, expect, it } from "vitest";
import { defineFleet, FleetError } from "#fleet";
import fleet from "../fixture/map.ts";
import { synthesize, withStage } from "../synth/synth.ts";
import { attribute, reference } from "../synth/template.ts";
import { statementsOf } from "./statements.ts";

const prod = synthesize("prod").stack("Secrets");
const secrets = prod.all("AWS::SecretsManager::Secret");
const adoptedArn = "arn:aws:secretsmanager:us-east-1:573946584375:secret:/prod/mcp/splunk-AbC123";

describe("secrets", () => {
  it("[SEC-1] [SEC-2] have the paths that the containers' runbook names", () => {
    const paths = secrets.map(({ Properties }) => Properties.Name);
    expect(paths).toEqual(expect.arrayContaining(["/prod/mcp/google-oauth", "/prod/mcp/splunk"]));
    expect(paths).toEqual(Object.keys(fleet.secrets).map((key) => `/prod/mcp/${key}`));
  });

  it("[SEC-3] have no value in the template, so that no deploy can write one", () => {
    for (const { Properties } of secrets) {
      expect(Object.keys(Properties).sort()).toEqual(
        ["Description", "Name", "Tags"].filter((name) => name in Properties),
      );
    }
  });

  it("[SEC-1] [SEC-2] [SEC-3] get their first value from the seed function, in the shape of the map", () => {
    const lambda = prod.one("AWS::Lambda::Function");
    const first = prod.all("Custom::FirstSecretValue").map(({ Properties }) => Properties);
    expect(first.map(({ SecretArn }) => SecretArn)).toEqual(secrets.map(reference));
    for (const { ServiceToken } of first) expect(ServiceToken).toEqual(attribute(lambda, "Arn"));
    const keys = first.map(({ Keys }) => JSON.parse(String(Keys)));
    expect(keys).toEqual(Object.values(fleet.secrets).map((secret) => secret.keys));
    expect(keys.map((of) => Object.keys(of))).toEqual(
      expect.arrayContaining([
        ["GOOGLE_OAUTH_CLIENT_ID", "GOOGLE_OAUTH_CLIENT_SECRET"],
        ["SPLUNK_HEC_URL", "SPLUNK_HEC_TOKEN"],
      ]),
    );
  });

  it("[SEC-4] outlive every deletion on AWS, as CloudFormation would leave no time to recover them", () => {
    const disposable = { ...fleet, stages: { prod: { ...fleet.stages.prod, profile: "disposable" as const } } };
    const services = { google_workspace: fleet.services.google_workspace };
    if (services.google_workspace === undefined) throw new Error("The fixture has no google_workspace.");
    for (const template of [
      prod,
      synthesize("prod", withStage("prod", { deletionProtection: false })).stack("Secrets"),
      synthesize("prod", { ...disposable, services: { google_workspace: services.google_workspace } }).stack("Secrets"),
    ]) {
      for (const secret of template.all("AWS::SecretsManager::Secret")) {
        expect(secret).toMatchObject({ DeletionPolicy: "RetainExceptOnCreate", UpdateReplacePolicy: "Retain" });
      }
    }
  });

  it("[SEC-5] appear in no template, output or parameter as a value", () => {
    for (const [name, template] of synthesize("prod").stacks) {
      expect(JSON.stringify(template.document), name).not.toMatch(
        /SecretString|GenerateSecretString|resolve:secretsmanager/,
      );
    }
  });

  it("[SEC-6] are added with one map entry: every role stays as it is", () => {
    const map = {
      ...fleet,
      secrets: { ...fleet.secrets, slack: { description: "Slack", keys: { SLACK_TOKEN: { placeholder: "xoxb" } } } },
    };
    const grown = synthesize("prod", map);
    const added = grown.stack("Secrets").resources.filter(({ id }) => !prod.resources.some((known) => known.id === id));
    expect(added.map(({ Type }) => Type)).toEqual(["AWS::SecretsManager::Secret", "Custom::FirstSecretValue"]);
    for (const stack of ["Cluster", "Services"]) {
      expect(grown.stack(stack).all("AWS::IAM::Role")).toEqual(synthesize("prod").stack(stack).all("AWS::IAM::Role"));
    }
  });
});

describe("an adopted secret", () => {
  const map = withStage("prod", { adopt: { secrets: { splunk: adoptedArn } } });

  it("[SEC-3] is used by its ARN, and neither created, seeded nor writable", () => {
    const { stack } = synthesize("prod", map);
    const paths = stack("Secrets")
      .all("AWS::SecretsManager::Secret")
      .map(({ Properties }) => Properties.Name);
    expect(paths).not.toContain("/prod/mcp/splunk");
    expect(paths).toHaveLength(secrets.length - 1);
    expect(stack("Secrets").all("Custom::FirstSecretValue")).toHaveLength(paths.length);
    expect(JSON.stringify(stack("Secrets").document)).not.toContain(adoptedArn);
    expect(JSON.stringify(stack("Services").document)).toContain(`"ValueFrom":"${adoptedArn}:SPLUNK_HEC_TOKEN::"`);
  });

  it("leaves no function behind when there is nothing to seed", () => {
    const arns = Object.keys(fleet.secrets).map((key) => [key, adoptedArn.replace("splunk", key)]);
    const all = withStage("prod", { adopt: { secrets: Object.fromEntries(arns) } });
    const types = synthesize("prod", all)
      .stack("Secrets")
      .resources.map(({ Type }) => Type);
    expect(types).toEqual(["AWS::CloudFormation::WaitConditionHandle"]);
  });

  it("[MAP-3] must be where the fleet may read it", () => {
    const elsewhere = withStage("prod", { adopt: { secrets: { splunk: adoptedArn.replace("/prod/mcp/", "team/") } } });
    expect(() => defineFleet(elsewhere)).toThrow(FleetError);
    expect(() => defineFleet(elsewhere)).toThrow("stages.prod.adopt.secrets.splunk");
  });
});

describe("a secret that a key of the account's encrypts", () => {
  const own = "arn:aws:kms:us-east-1:573946584375:key/00000000-0000-4000-8000-00000000000";
  const keyArns = { splunk: `${own}1`, "splunk-admin": `${own}2`, chat: `${own}3` };
  const { stack } = synthesize("prod", withStage("prod", { adopt: { kmsKeys: keyArns } }));
  const rightsIn = (name: string, role: string) =>
    statementsOf(stack(name))
      .filter(({ resource, on }) => resource.includes(role) && on.some((arn) => arn.startsWith(own)))
      .map(({ actions, on }) => `${actions.join()} ${on.map((arn) => arn.slice(-1)).join()}`);

  it("[ROT-13] is created with it", () => {
    const named = stack("Secrets")
      .all("AWS::SecretsManager::Secret")
      .map(({ Properties }) => [Properties.Name, Properties.KmsKeyId]);
    expect(Object.fromEntries(named)).toMatchObject({
      "/prod/mcp/splunk": `${own}1`,
      "/prod/mcp/google-oauth": undefined,
    });
  });

  it.each([
    ["Cluster", "ExecutionRole", ["kms:Decrypt 1"]],
    ["Rotation", "settlesecretRole", ["kms:Decrypt 1", "kms:Decrypt 2"]],
    ["Rotation", "rotatesecretRole", ["kms:Decrypt,kms:GenerateDataKey 1", "kms:Decrypt 2"]],
    ["Rotation", "alignsplunkRole", ["kms:Decrypt,kms:GenerateDataKey 1"]],
    ["Secrets", "seedsecretRole", ["kms:Decrypt,kms:GenerateDataKey 1,2,3"]],
    ["Chat", "alarmtochatRole", ["kms:Decrypt 3"]],
  ])("[ROT-13] is read and written by those who have to, and no others: %s %s", (name, role, rights) => {
    expect(rightsIn(name, role)).toEqual(rights);
    expect(JSON.stringify(stack(name).document).includes("kms:ViaService")).toBe(true);
  });
});
