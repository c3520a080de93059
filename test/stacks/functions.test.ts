import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { RotationMap } from "#rotation/map.ts";
import { finish, templatesOf } from "../synth/synth.ts";

const Code = v.object({ S3Key: v.string() });

const app = await finish("prod");
const { stacks, stack } = templatesOf(app);
const lambdas = [...stacks.values()].flatMap((template) => template.all("AWS::Lambda::Function"));
const alarms = [...stacks.values()]
  .flatMap((template) => template.all("AWS::CloudWatch::Alarm"))
  .filter(({ Properties }) => Properties.Namespace === "AWS/Lambda");

describe("the fleet's functions", () => {
  it("[SEC-3] are those of `functions/`, and none that SST adds of its own", () => {
    const rooms = readdirSync(path.resolve(import.meta.dirname, "../../functions"));
    const deployed = lambdas.map(({ Properties }) => Properties.FunctionName);
    expect(rooms.map((room) => `prod-mcp-${room}`)).toEqual(expect.arrayContaining(deployed));
    expect(deployed).toContain("prod-mcp-seed-secret");
  });

  it("run on Node 24 on ARM, and log to a group of their own that keeps a year", () => {
    for (const { Properties } of lambdas) {
      expect(Properties).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"] });
      expect(Properties).not.toHaveProperty("TracingConfig");
    }
    const log = stack("Secrets").one("AWS::Logs::LogGroup", { LogGroupName: "/aws/lambda/prod-mcp-seed-secret" });
    expect(log.Properties.RetentionInDays).toBe(365);
    expect(JSON.stringify(stack("Secrets").one("AWS::IAM::Role").Properties.Policies)).toContain(log.id);
  });

  it("[SEC-5] gives the functions the map as a file, with placeholders and no value", () => {
    const lambda = stack("Rotation").one("AWS::Lambda::Function", { FunctionName: "prod-mcp-settle-secret" });
    const { S3Key } = v.parse(Code, lambda.Properties.Code);
    const file = path.join(app.outdir, `asset.${path.parse(S3Key).name}`, "rotation-map.json");
    const map = v.parse(RotationMap, JSON.parse(readFileSync(file, "utf8")));
    expect(map).toMatchObject({ stage: "prod", cluster: "prod-mcp-cluster", auditIndex: "mcp_audit" });
    expect(map.secrets.find(({ key }) => key === "splunk")).toMatchObject({
      id: "/prod/mcp/splunk",
      services: ["prod-mcp-google-workspace"],
      aliases: { endpoint: "SPLUNK_HEC_URL", token: "SPLUNK_HEC_TOKEN" },
    });
  });

  it("[ROT-9] has alarms on the errors, the throttling and the waiting events of each, whose topic exists before", () => {
    const watched = lambdas.map(({ Properties: { FunctionName } }) => {
      const dimension = { Name: "FunctionName", Value: FunctionName };
      const own = alarms.filter(
        ({ Properties }) => JSON.stringify(Properties.Dimensions) === JSON.stringify([dimension]),
      );
      return [FunctionName, own.map(({ Properties }) => Properties.MetricName)];
    });
    const always = ["Errors", "Throttles"];
    expect(Object.fromEntries(watched)).toEqual({
      "prod-mcp-clear-validation": always,
      "prod-mcp-seed-secret": always,
      "prod-mcp-rotate-secret": [...always, "AsyncEventAge"],
      "prod-mcp-settle-secret": [...always, "AsyncEventAge", "Invocations"],
      "prod-mcp-align-splunk": [...always, "AsyncEventAge", "Invocations"],
      "prod-mcp-alarm-to-chat": always,
      "prod-mcp-tune-alarms": [...always, "AsyncEventAge"],
      "prod-mcp-probe-services": [...always, "AsyncEventAge", "Invocations"],
    });
    const others = alarms.filter(({ Properties }) => !String(Properties.AlarmName).includes("alarm-to-chat"));
    for (const { Properties } of others) {
      const topic = [{ "Fn::ImportValue": expect.stringContaining("Alerts:ExportsOutputRefTopic") }];
      expect(Properties).toMatchObject({ AlarmActions: topic, OKActions: topic });
    }
  });

  it("[ROT-9] says that one that its schedule calls has not run, once it ran a first time", () => {
    const silence = (name: string) =>
      alarms.find(({ Properties }) => Properties.AlarmName === `prod-mcp-${name}-silence`)?.Properties;
    expect(silence("settle-secret")).toMatchObject({
      AlarmDescription:
        "settle-secret: it has not run for 15 minutes, though its schedule calls it. Runbook: docs/alarms.md#when-a-function-fails",
      Period: 300,
      EvaluationPeriods: 3,
      TreatMissingData: "missing",
      InsufficientDataActions: [expect.anything()],
    });
    expect(silence("align-splunk")).toMatchObject({ Period: 21_600, EvaluationPeriods: 5 });
    // CloudWatch looks back seven days, which is no more than the pause between two runs.
    expect(silence("tune-alarms")).toBeUndefined();
  });

  it("are bundled and minified to less than 600 KB", () => {
    for (const { Properties } of lambdas) {
      const { S3Key } = v.parse(Code, Properties.Code);
      const asset = path.join(app.outdir, `asset.${path.parse(S3Key).name}`);
      const files = readdirSync(asset, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".mjs"));
      const code = files.map((file) => readFileSync(path.join(asset, file), "utf8")).join("");
      expect(code).not.toContain(process.cwd());
      expect(Buffer.byteLength(code), String(Properties.FunctionName)).toBeLessThan(600_000);
    }
  });

  it("[SEC-3] exist before CloudFormation calls them", () => {
    const lambda = stack("Secrets").one("AWS::Lambda::Function");
    for (const first of stack("Secrets").all("Custom::FirstSecretValue")) expect(first.DependsOn).toContain(lambda.id);
  });
});
