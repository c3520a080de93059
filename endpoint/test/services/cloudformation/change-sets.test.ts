import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  ListChangeSetsCommand,
  ValidateTemplateCommand,
} from "@aws-sdk/client-cloudformation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Cloud, item, startCloudFormation, template } from "./cloud.ts";

let cloud: Cloud;
beforeEach(async () => {
  cloud = await startCloudFormation();
});
afterEach(() => cloud.close());

const set = { StackName: "app", ChangeSetName: "cdk-deploy-change-set" } as const;

async function propose(kind: "CREATE" | "UPDATE", body: string) {
  await cloud.cfn.send(new CreateChangeSetCommand({ ...set, ChangeSetType: kind, TemplateBody: body }));
  return cloud.cfn.send(new DescribeChangeSetCommand(set));
}

async function execute() {
  await cloud.cfn.send(new ExecuteChangeSetCommand({ ...set, ClientRequestToken: "exec1" }));
  await cloud.cloudFormation.idle();
}

async function status() {
  const { Stacks } = await cloud.cfn.send(new DescribeStacksCommand({ StackName: "app" }));
  return Stacks?.[0]?.StackStatus;
}

const body = template({ A: item({ Value: "1" }), B: item({ Value: { Ref: "A" } }), C: item() });

describe("change sets, as cdk uses them", () => {
  it("creates a stack under review, then for real", async () => {
    const proposed = await propose("CREATE", body);
    expect(proposed).toMatchObject({ Status: "CREATE_COMPLETE", ExecutionStatus: "AVAILABLE", Capabilities: [] });
    for (const member of ["Parameters", "Tags"]) expect(proposed).not.toHaveProperty(member);
    expect(proposed.Changes?.map(({ ResourceChange }) => ResourceChange?.Action)).toEqual(["Add", "Add", "Add"]);
    expect(await status()).toBe("REVIEW_IN_PROGRESS");
    expect(cloud.items.live.size).toBe(0);
    await execute();
    expect(await status()).toBe("CREATE_COMPLETE");
    const { Stacks } = await cloud.cfn.send(new DescribeStacksCommand({ StackName: "app" }));
    expect(Stacks?.[0]).toMatchObject({ ChangeSetId: proposed.ChangeSetId, LastUpdatedTime: expect.any(Date) });
    // A repetition with the same token is the same execution.
    await execute();
    expect(cloud.items.live.size).toBe(3);
  });

  it("predicts what is replaced, changed and removed, and then does it", async () => {
    await propose("CREATE", body);
    await execute();
    const next = template({ A: item({ Name: "n", Value: "1" }), B: item({ Value: { Ref: "A" } }), D: item() });
    const proposed = await propose("UPDATE", next);
    const changes = (proposed.Changes ?? []).map(({ ResourceChange: change }) => ({
      id: change?.LogicalResourceId,
      action: change?.Action,
      replacement: change?.Replacement,
      policy: change?.PolicyAction,
    }));
    expect(changes).toEqual([
      { id: "A", action: "Modify", replacement: "True", policy: "ReplaceAndDelete" },
      { id: "B", action: "Modify", replacement: "False", policy: undefined },
      { id: "D", action: "Add", replacement: undefined, policy: undefined },
      { id: "C", action: "Remove", replacement: undefined, policy: "Delete" },
    ]);
    await cloud.cfn.send(new ExecuteChangeSetCommand(set));
    await cloud.cloudFormation.idle();
    expect([...cloud.items.live.keys()].map((id) => id.split("-")[0]).sort()).toEqual(["A", "B", "D"]);
  });

  it("fails an empty change set in the words that CDK treats as success", async () => {
    await propose("CREATE", body);
    await execute();
    const empty = await propose("UPDATE", body);
    expect(empty.Status).toBe("FAILED");
    expect(empty.StatusReason).toMatch(/^The submitted information didn't contain changes\./);
    await expect(cloud.cfn.send(new ExecuteChangeSetCommand(set))).rejects.toMatchObject({
      name: "InvalidChangeSetStatusException",
    });
    await cloud.cfn.send(new DeleteChangeSetCommand(set));
    const { Summaries } = await cloud.cfn.send(new ListChangeSetsCommand({ StackName: "app" }));
    expect(Summaries ?? []).toEqual([]);
  });

  it("distinguishes an unknown change set from an unknown stack", async () => {
    await expect(cloud.cfn.send(new DescribeChangeSetCommand(set))).rejects.toMatchObject({
      name: "ChangeSetNotFoundException",
    });
    await expect(cloud.cfn.send(new CreateChangeSetCommand({ ...set, TemplateBody: body }))).rejects.toThrow(
      "Stack [app] does not exist",
    );
  });
});

describe("templates", () => {
  it("reads a template from each form of its address in S3", async () => {
    cloud.objects.set("assets/a/b.json", body);
    for (const url of [
      "https://s3.us-east-1.amazonaws.com/assets/a/b.json",
      "https://assets.s3.us-east-1.amazonaws.com/a/b.json",
      "https://assets.s3.amazonaws.com/a/b.json",
      `${cloud.place.endpointUrl}/assets/a/b.json`,
    ]) {
      const summary = await cloud.cfn.send(new GetTemplateSummaryCommand({ TemplateURL: url }));
      expect(summary.ResourceTypes, url).toEqual(["Test::Memory::Item"]);
    }
    await expect(
      cloud.cfn.send(new ValidateTemplateCommand({ TemplateURL: "https://s3.us-east-1.amazonaws.com/assets/none" })),
    ).rejects.toThrow(/^S3 error: /);
    await expect(
      cloud.cfn.send(new ValidateTemplateCommand({ TemplateURL: "https://example.com/assets/none" })),
    ).rejects.toThrow("TemplateURL must be a supported URL.");
  });

  it("returns the template unchanged, asks for capabilities, hides NoEcho", async () => {
    const text = template(
      { R: { Type: "AWS::IAM::Role", Properties: { RoleName: "r" } } },
      { Parameters: { P: { Type: "String", NoEcho: true, AllowedValues: ["a", "b"] } } },
    );
    const summary = await cloud.cfn.send(new GetTemplateSummaryCommand({ TemplateBody: text }));
    expect(summary).toMatchObject({
      Capabilities: ["CAPABILITY_NAMED_IAM"],
      Parameters: [{ ParameterKey: "P", NoEcho: true, ParameterConstraints: { AllowedValues: ["a", "b"] } }],
    });
    await expect(
      cloud.cfn.send(
        new CreateChangeSetCommand({
          ...set,
          ChangeSetType: "CREATE",
          TemplateBody: text,
          Parameters: [{ ParameterKey: "P", ParameterValue: "a" }],
        }),
      ),
    ).rejects.toMatchObject({ name: "InsufficientCapabilitiesException" });
    await propose("CREATE", body);
    await execute();
    const got = await cloud.cfn.send(new GetTemplateCommand({ StackName: "app" }));
    expect(got.TemplateBody).toBe(body);
  });

  it("refuses an inline template over 51,200 bytes", async () => {
    const big = template({ A: item({ Value: "x".repeat(51_200) }) });
    await expect(cloud.cfn.send(new ValidateTemplateCommand({ TemplateBody: big }))).rejects.toThrow(
      /Member must have length less than or equal to 51200/,
    );
  });
});
