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
