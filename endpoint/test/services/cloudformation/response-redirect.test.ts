import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { CreateStackCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { afterEach, beforeEach, expect, it } from "vitest";
import { customResourcePreload } from "#endpoint/services/cloudformation/custom/preload.ts";
import { type Cloud, startCloudFormation, template } from "./cloud.ts";

const run = promisify(execFile);
let cloud: Cloud;
let folder: string;
beforeEach(async () => {
  cloud = await startCloudFormation();
  folder = mkdtempSync(path.join(tmpdir(), "custom-resource-"));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await cloud.close();
});

it("receives what CDK's own handler answers from a real Node process", async () => {
  const library = path.dirname(createRequire(import.meta.url).resolve("aws-cdk-lib/package.json"));
  const handler = "custom-resource-handlers/dist/core/nodejs-entrypoint-handler/index.js";
  copyFileSync(path.join(library, handler), path.join(folder, "__entrypoint__.js"));
  writeFileSync(
    path.join(folder, "index.js"),
    "exports.handler = async (event) => ({ PhysicalResourceId: 'made', Data: { Name: event.ResourceProperties.Name } });",
  );
  cloud.lambda.invoke = async (_name, payload) => {
    const script = "require('./__entrypoint__.js').handler(JSON.parse(process.argv[1]), {})";
    await run(process.execPath, ["--import", customResourcePreload.href, "-e", script, payload], {
      cwd: folder,
      env: { AWS_ENDPOINT_URL: cloud.place.endpointUrl },
    });
    return { kind: "success", payload: "null" };
  };
  const X = { Type: "Custom::Thing", Properties: { ServiceToken: "custom", Name: "fleet" } };
  const TemplateBody = template({ X }, { Outputs: { Name: { Value: { "Fn::GetAtt": ["X", "Name"] } } } });
  await cloud.cfn.send(new CreateStackCommand({ StackName: "app", TemplateBody }));
  await cloud.cloudFormation.idle();
  const { Stacks } = await cloud.cfn.send(new DescribeStacksCommand({ StackName: "app" }));
  expect(Stacks?.[0]).toMatchObject({ StackStatus: "CREATE_COMPLETE", Outputs: [{ OutputValue: "fleet" }] });
});
