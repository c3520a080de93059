import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListExportsCommand,
  ListImportsCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Cloud, item, startCloudFormation, template } from "./cloud.ts";

let cloud: Cloud;
beforeEach(async () => {
  cloud = await startCloudFormation();
});
afterEach(() => cloud.close());

const exporting = template(
  { Vpc: item() },
  { Outputs: { Id: { Value: { Ref: "Vpc" }, Export: { Name: { "Fn::Sub": `$\{AWS::StackName}:Vpc` } } } } },
);
const importing = template({ A: item({ Value: { "Fn::ImportValue": "network:Vpc" } }) });

async function create(name: string, body: string) {
  await cloud.cfn.send(new CreateStackCommand({ StackName: name, TemplateBody: body }));
  await cloud.cloudFormation.idle();
}

async function read(name: string) {
  const { Stacks } = await cloud.cfn.send(new DescribeStacksCommand({ StackName: name }));
  return Stacks?.[0];
}

it("carries a value from one stack to another and lists who uses it", async () => {
  await create("network", exporting);
  await create("app", importing);
  expect([...cloud.items.live.values()]).toContainEqual({ Value: "Vpc-1" });
  const { Exports } = await cloud.cfn.send(new ListExportsCommand({}));
  expect(Exports).toMatchObject([{ Name: "network:Vpc", Value: "Vpc-1" }]);
  const { Imports } = await cloud.cfn.send(new ListImportsCommand({ ExportName: "network:Vpc" }));
  expect(Imports).toEqual(["app"]);
});

it("reports an export without importers in the words SST looks for", async () => {
  await create("network", exporting);
  await expect(cloud.cfn.send(new ListImportsCommand({ ExportName: "network:Vpc" }))).rejects.toMatchObject({
    name: "ValidationError",
    message: "Export 'network:Vpc' is not imported by any stack.",
  });
});

it("creates nothing when an export is missing", async () => {
  await create("app", importing);
  expect(await read("app")).toMatchObject({ StackStatus: "ROLLBACK_COMPLETE" });
  expect(cloud.items.calls).toEqual([]);
  const { StackEvents } = await cloud.cfn.send(new DescribeStackEventsCommand({ StackName: "app" }));
  expect(StackEvents?.map((event) => event.ResourceStatusReason).join()).toContain(
    "No export named network:Vpc found.",
  );
});

it("keeps an export in use from changing or going away", async () => {
  await create("network", exporting);
  await create("app", importing);
  const replaced = exporting.replace('"Properties":{}', '"Properties":{"Name":"other"}');
  for (const [body, verb] of [
    [replaced, "update"],
    [template({ Vpc: item({ Value: "x" }) }), "delete"],
  ] as const) {
    await cloud.cfn.send(new UpdateStackCommand({ StackName: "network", TemplateBody: body }));
    await cloud.cloudFormation.idle();
    expect((await read("network"))?.StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
    const { StackEvents } = await cloud.cfn.send(new DescribeStackEventsCommand({ StackName: "network" }));
    expect(StackEvents?.map((event) => event.ResourceStatusReason).join()).toContain(
      `Cannot ${verb} export network:Vpc as it is in use by app.`,
    );
  }
  await cloud.cfn.send(new DeleteStackCommand({ StackName: "network" }));
  await cloud.cloudFormation.idle();
  expect(await read("network")).toMatchObject({
    StackStatus: "UPDATE_ROLLBACK_COMPLETE",
    StackStatusReason: "Delete canceled. Cannot delete export network:Vpc as it is in use by app.",
  });
  for (const name of ["app", "network"]) {
    await cloud.cfn.send(new DeleteStackCommand({ StackName: name }));
    await cloud.cloudFormation.idle();
  }
  expect(cloud.items.live.size).toBe(0);
});

it("lets no second stack export the same name", async () => {
  const body = template({ A: item() }, { Outputs: { O: { Value: "1", Export: { Name: "shared" } } } });
  await create("one", body);
  await create("two", body);
  expect((await read("two"))?.StackStatus).toBe("ROLLBACK_COMPLETE");
  expect(cloud.items.live.size).toBe(1);
});
