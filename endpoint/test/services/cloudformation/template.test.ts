import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AwsError } from "#endpoint/core/errors.ts";
import { draw } from "#endpoint/services/cloudformation/stack/blueprint.ts";
import { cidrBlocks } from "#endpoint/services/cloudformation/template/cidr.ts";
import { fillDynamicReferences } from "#endpoint/services/cloudformation/template/dynamic-reference.ts";
import type { Json } from "#endpoint/services/cloudformation/template/json.ts";
import { stackParameters } from "#endpoint/services/cloudformation/template/parameters.ts";
import { parseTemplate } from "#endpoint/services/cloudformation/template/parse.ts";
import { resolve } from "#endpoint/services/cloudformation/template/resolve.ts";
import { checkReferences } from "#endpoint/services/cloudformation/template/validate.ts";
import { item, template } from "./cloud.ts";

const place = { region: "us-east-1", account: "573946584375", endpointUrl: "http://127.0.0.1:1" };
const stack = {
  id: "arn:aws:cloudformation:us-east-1:573946584375:stack/app/1",
  name: "app",
  options: { disableRollback: false, capabilities: [], notificationArns: [] },
};
const none = { read: (): string => "" };

/** What the properties of the template's resource `X` come to, with a resource `A` that exists. */
function evaluate(body: string, given: Readonly<Record<string, string>> = {}): Json | undefined {
  const parsed = parseTemplate(body);
  checkReferences(parsed);
  const parameters = stackParameters(
    parsed.Parameters,
    Object.entries(given).map(([key, value]) => ({ key, value })),
    [],
    { read: (name) => `value of ${name}` },
  );
  const blueprint = draw({ template: parsed, body, parameters, tags: {} }, stack, {
    place,
    exportNamed: () => undefined,
  });
  const scope = blueprint.scope({ physicalId: (id) => `${id}-id`, attribute: (id, name) => `${id}.${name}` });
  return resolve(parsed.Resources.X?.Properties ?? {}, scope);
}

function value(expression: unknown, rest: Readonly<Record<string, unknown>> = {}): unknown {
  const properties = evaluate(template({ A: item(), X: item({ V: expression }) }, rest));
  return properties !== null && typeof properties === "object" && "V" in properties ? properties.V : undefined;
}

describe("the functions of a template", () => {
  it.each<[string, unknown, unknown]>([
    ["Ref of a resource", { Ref: "A" }, "A-id"],
    ["a pseudo parameter", { Ref: "AWS::AccountId" }, "573946584375"],
    ["GetAtt", { "Fn::GetAtt": ["A", "Endpoint.Address"] }, "A.Endpoint.Address"],
    ["GetAtt in dotted form", { "Fn::GetAtt": "A.Endpoint.Address" }, "A.Endpoint.Address"],
    ["Sub", { "Fn::Sub": `$\{A}:$\{A.Arn}:$\{AWS::Region}:$\{!Literal}` }, `A-id:A.Arn:us-east-1:$\{Literal}`],
    ["Sub with variables", { "Fn::Sub": [`$\{Own}@$\{A}`, { Own: { Ref: "AWS::StackName" } }] }, "app@A-id"],
    ["Join", { "Fn::Join": ["/", ["a", { Ref: "A" }, 1]] }, "a/A-id/1"],
    ["Select of Split", { "Fn::Select": ["1", { "Fn::Split": [".", { "Fn::GetAtt": ["A", "Arn"] }] }] }, "Arn"],
    ["Base64", { "Fn::Base64": "fleet" }, "ZmxlZXQ="],
    ["GetAZs", { "Fn::GetAZs": "" }, ["us-east-1a", "us-east-1b", "us-east-1c"]],
    ["Select of Cidr", { "Fn::Select": [1, { "Fn::Cidr": ["10.0.0.0/16", 4, 8] }] }, "10.0.1.0/24"],
    ["Length", { "Fn::Length": [1, 2, 3] }, 3],
    ["ToJsonString", { "Fn::ToJsonString": { a: { Ref: "A" } } }, '{"a":"A-id"}'],
    ["NoValue", { a: { Ref: "AWS::NoValue" }, b: ["x", { Ref: "AWS::NoValue" }] }, { b: ["x"] }],
  ])("%s", (_, expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it("evaluates conditions that refer to each other", () => {
    const rest = {
      Parameters: { Stage: { Type: "String", Default: "prod" } },
      Conditions: {
        Prod: { "Fn::Equals": [{ Ref: "Stage" }, "prod"] },
        Both: { "Fn::And": [{ Condition: "Prod" }, { "Fn::Not": [{ "Fn::Equals": [1, "2"] }] }] },
        Never: { "Fn::Or": [{ "Fn::Not": [{ Condition: "Prod" }] }, { "Fn::Equals": ["a", "b"] }] },
      },
      Mappings: { Size: { prod: { nodes: 2 } } },
    };
    expect(value({ "Fn::If": ["Both", { "Fn::FindInMap": ["Size", { Ref: "Stage" }, "nodes"] }, 1] }, rest)).toBe(2);
    expect(value({ "Fn::If": ["Never", "yes", { Ref: "AWS::NoValue" }] }, rest)).toBeUndefined();
  });

  it("reads YAML short forms as the long ones", () => {
    const yaml = [
      "AWSTemplateFormatVersion: 2010-09-09",
      "Parameters: {Name: {Type: String, Default: fleet}}",
      "Conditions:",
      "  Named: !Not [!Equals [!Ref Name, '']]",
      "Resources:",
      "  A: {Type: 'Test::Memory::Item'}",
      "  X:",
      "    Type: Test::Memory::Item",
      "    Properties:",
      "      Policy: {Version: 2012-10-17}",
      `      Text: !Sub '$\{Name}-$\{A.Arn}'`,
      "      List: !Split [',', !Join [',', [a, !GetAtt A.Endpoint.Port]]]",
      "      Choice: !If [Named, !Select [0, !GetAZs ''], !Ref 'AWS::NoValue']",
      `      Variables: !Sub [ 'x$\{V}', { V: !Ref A } ]`,
    ].join("\n");
    expect(evaluate(yaml)).toEqual({
      Policy: { Version: "2012-10-17" },
      Text: "fleet-A.Arn",
      List: ["a", "A.Endpoint.Port"],
      Choice: "us-east-1a",
      Variables: "xA-id",
    });
  });

  it("cuts blocks that lie inside their block, in order and without overlap", () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 20 }), fc.integer({ min: 1, max: 16 }), (prefix, count) => {
        const blocks = cidrBlocks(`10.0.0.0/${prefix}`, count, 6);
        const starts = blocks.map((block) => Number(BigInt(toNumber(block))));
        expect(starts).toEqual(starts.map((_, index) => toNumber("10.0.0.0/8") + index * 64));
      }),
    );
  });
});

function toNumber(block: string): number {
  return (block.split("/")[0] ?? "").split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

describe("parameters", () => {
  const declared = (declaration: Readonly<Record<string, unknown>>) =>
    template({ A: item(), X: item({ V: { Ref: "P" } }) }, { Parameters: { P: declaration } });

  it("fetches the value of an SSM parameter", () => {
    const body = declared({ Type: "AWS::SSM::Parameter::Value<String>", Default: "/cdk-bootstrap/x/version" });
    expect(evaluate(body)).toEqual({ V: "value of /cdk-bootstrap/x/version" });
  });

  it("splits lists", () => {
    expect(evaluate(declared({ Type: "CommaDelimitedList" }), { P: "a, b" })).toEqual({ V: ["a", "b"] });
  });

  it.each<[Readonly<Record<string, unknown>>, Readonly<Record<string, string>>, string]>([
    [{ Type: "String" }, {}, "Parameters: [P] must have values"],
    [{ Type: "String" }, { P: "x", Q: "y" }, "Parameters: [Q] do not exist in the template"],
    [{ Type: "String", AllowedValues: ["a"] }, { P: "b" }, "Parameter 'P' must be one of AllowedValues"],
    [{ Type: "String", AllowedPattern: "[a-z]+" }, { P: "B" }, "Parameter 'P' must match pattern [a-z]+"],
    [
      { Type: "String", AllowedPattern: "[a-z]+", ConstraintDescription: "lower case only" },
      { P: "B" },
      "Parameter P failed to satisfy constraint: lower case only",
    ],
    [{ Type: "Number", MinValue: 2 }, { P: "1" }, "Parameter 'P' must be a number not less than 2"],
  ])("refuses %j with %j", (declaration, given, message) => {
    expect(() => evaluate(declared(declaration), given)).toThrow(new AwsError("ValidationError", message));
  });
});

describe("what is not a template", () => {
  it.each<[string, string, string]>([
    ["no resources", "{}", "Template format error: At least one Resources member must be defined."],
    ["broken JSON", '{"Resources":', "Template format error: JSON not well-formed."],
    ["broken YAML", "Resources: [", "Template format error: YAML not well-formed. (line 1,"],
    ["a list", "- a", "Template format error: unsupported structure."],
    [
      "an unknown Ref",
      template({ X: item({ V: { Ref: "Nobody" } }) }),
      "Template format error: Unresolved resource dependencies [Nobody] in the Resources block of the template",
    ],
    [
      "an unknown GetAtt",
      template({ X: item({ V: { "Fn::GetAtt": ["Nobody", "Arn"] } }) }),
      "Template error: instance of Fn::GetAtt references undefined resource Nobody",
    ],
    [
      "a cycle",
      template({
        X: item({ V: { Ref: "Y" } }),
        Y: item({ V: { "Fn::Sub": `$\{X.Arn}` } }),
        Z: item({ V: { Ref: "Y" } }),
      }),
      "Circular dependency between resources: [X, Y]",
    ],
    [
      "an unknown function",
      template({ X: item({ V: { "Fn::Magic": 1 } }) }),
      "Template error: Unsupported function: Fn::Magic",
    ],
    [
      "too many resources",
      template(Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`R${index}`, item()]))),
      "Template may not exceed 500 resources",
    ],
  ])("%s", (_, body, message) => {
    expect(() => evaluate(body)).toThrow(message);
  });
});

describe("dynamic references", () => {
  const sources = {
    parameters: { read: (name: string) => `ssm ${name}` },
    secrets: { read: () => '{"TOKEN":"t0ken"}' },
  };

  it("reads parameters, secrets and their keys", () => {
    const arn = "arn:aws:secretsmanager:us-east-1:573946584375:secret:/prod/mcp/splunk-AbCdEf";
    expect(
      fillDynamicReferences(
        { a: "x{{resolve:ssm:/a/b}}y", b: [`{{resolve:secretsmanager:${arn}:SecretString:TOKEN::}}`] },
        sources,
      ),
    ).toEqual({ a: "xssm /a/by", b: ["t0ken"] });
  });

  it("names the missing key and never the secret", () => {
    const missing = () => fillDynamicReferences("{{resolve:secretsmanager:s:SecretString:NO}}", sources);
    expect(missing).toThrow(/key NO of secret s$/);
    expect(missing).not.toThrow(/t0ken/);
  });
});

it("understands the template of the real `cdk bootstrap`", () => {
  const cli = path.dirname(createRequire(import.meta.url).resolve("aws-cdk/package.json"));
  const body = readFileSync(path.join(cli, "lib/api/bootstrap/bootstrap-template.yaml"), "utf8");
  const parsed = parseTemplate(body);
  checkReferences(parsed);
  const parameters = stackParameters(
    parsed.Parameters,
    [{ key: "FileAssetsBucketKmsKeyId", value: "AWS_MANAGED_KEY" }],
    [],
    none,
  );
  const { graph } = draw({ template: parsed, body, parameters, tags: {} }, stack, {
    place,
    exportNamed: () => undefined,
  });
  expect([...graph.keys()]).toContain("StagingBucket");
  expect([...graph.keys()]).not.toContain("FileAssetsBucketEncryptionKey");
});
