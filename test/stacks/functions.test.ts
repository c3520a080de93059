import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { finish, templatesOf } from "./synth.ts";

const Code = v.object({ S3Key: v.string() });

const app = await finish("prod");
const { stacks, stack } = templatesOf(app);
const lambdas = [...stacks.values()].flatMap((template) => template.all("AWS::Lambda::Function"));

describe("the fleet's functions", () => {
  it("[SEC-3] are those of `functions/`, and none that SST adds of its own", () => {
    expect(lambdas.map(({ Properties }) => Properties.FunctionName)).toEqual(["prod-mcp-seed-secret"]);
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

  it("are bundled and minified to less than 600 KB", () => {
    for (const { Properties } of lambdas) {
      const { S3Key } = v.parse(Code, Properties.Code);
      const bundle = path.join(app.outdir, `asset.${path.parse(S3Key).name}`, "functions/seed-secret/handler.mjs");
      expect(statSync(bundle).size).toBeLessThan(600_000);
      expect(readFileSync(bundle, "utf8")).not.toContain(process.cwd());
    }
  });

  it("[SEC-3] are there before CloudFormation calls them", () => {
    const lambda = stack("Secrets").one("AWS::Lambda::Function");
    for (const first of stack("Secrets").all("Custom::FirstSecretValue")) expect(first.DependsOn).toContain(lambda.id);
  });
});
