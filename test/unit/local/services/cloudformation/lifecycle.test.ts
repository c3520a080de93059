import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from "@aws-sdk/client-cloudformation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Cloud, item, startCloudFormation, template } from "./cloud.ts";

let cloud: Cloud;
beforeEach(async () => {
  cloud = await startCloudFormation();
});
afterEach(() => cloud.close());

async function create(body: string, more: Partial<ConstructorParameters<typeof CreateStackCommand>[0]> = {}) {
  const { StackId } = await cloud.cfn.send(new CreateStackCommand({ StackName: "app", TemplateBody: body, ...more }));
  await cloud.cloudFormation.idle();
  return StackId ?? "";
}

async function update(body: string, more: Partial<ConstructorParameters<typeof UpdateStackCommand>[0]> = {}) {
  await cloud.cfn.send(new UpdateStackCommand({ StackName: "app", TemplateBody: body, ...more }));
  await cloud.cloudFormation.idle();
}

async function stack(name = "app") {
  const { Stacks } = await cloud.cfn.send(new DescribeStacksCommand({ StackName: name }));
  return Stacks?.[0];
}

/** `<logical id> <status>`, oldest first. */
async function events(name = "app"): Promise<string[]> {
  const { StackEvents } = await cloud.cfn.send(new DescribeStackEventsCommand({ StackName: name }));
  return (StackEvents ?? []).map((event) => `${event.LogicalResourceId} ${event.ResourceStatus}`).reverse();
}

const chain = {
  A: item({ Value: "1" }),
  B: item({ Value: { "Fn::GetAtt": ["A", "Arn"] } }),
  C: item({ Value: { "Fn::Join": ["/", [{ Ref: "B" }, { "Fn::GetAtt": ["A", "Value.Text"] }]] } }),
};

describe("a stack's life", () => {
  it("creates resources in the order of their references and gives outputs", async () => {
    const id = await create(template(chain, { Outputs: { Last: { Value: { Ref: "C" }, Description: "the last" } } }), {
      Tags: [{ Key: "sst:app", Value: "fleet" }],
    });
    expect(await stack()).toMatchObject({
      StackId: id,
      StackStatus: "CREATE_COMPLETE",
      Outputs: [{ OutputKey: "Last", OutputValue: "C-3", Description: "the last" }],
      Tags: [{ Key: "sst:app", Value: "fleet" }],
      CreationTime: new Date(Date.UTC(2026, 10, 23)),
    });
    expect(cloud.items.live.get("C-3")).toEqual({ Value: "B-2/1" });
    expect(cloud.items.contexts[0]).toMatchObject({ stackName: "app", stackTags: { "sst:app": "fleet" } });
    expect(await events()).toEqual([
      "app CREATE_IN_PROGRESS",
      ...["A", "B", "C"].flatMap((id) => [
        `${id} CREATE_IN_PROGRESS`,
        `${id} CREATE_IN_PROGRESS`,
        `${id} CREATE_COMPLETE`,
      ]),
      "app CREATE_COMPLETE",
    ]);
  });

  it("answers for an unknown stack in the words SST looks for", async () => {
    await expect(stack("none")).rejects.toMatchObject({
      name: "ValidationError",
      message: "Stack with id none does not exist",
    });
  });

  it("creates independent resources at the same time", async () => {
    const both = Promise.withResolvers<void>();
    let waiting = 0;
    cloud.items.before = () => {
      waiting += 1;
      if (waiting === 2) both.resolve();
      return both.promise;
    };
    await create(template({ A: item(), B: item() }));
    expect((await stack())?.StackStatus).toBe("CREATE_COMPLETE");
  });

  it("refuses an update that changes nothing", async () => {
    await create(template(chain));
    await expect(update(template(chain))).rejects.toMatchObject({
      name: "ValidationError",
      message: "No updates are to be performed.",
    });
  });

  it("updates in place, replaces where it must, and removes what is gone only after all else", async () => {
    await create(template({ ...chain, Gone: item() }));
    await update(template({ ...chain, A: item({ Name: "renamed", Value: "2" }) }));
    expect((await stack())?.StackStatus).toBe("UPDATE_COMPLETE");
    expect(cloud.items.live.size).toBe(3);
    expect(cloud.items.live.get("A-5")).toEqual({ Name: "renamed", Value: "2" });
    expect([...cloud.items.live.values()]).toContainEqual({ Value: "arn:memory:A-5" });
    const seen = await events();
    const after = seen.slice(seen.indexOf("app UPDATE_IN_PROGRESS"));
    expect(after.indexOf("app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")).toBeLessThan(
      after.indexOf("A DELETE_IN_PROGRESS"),
    );
    expect(after).toContain("Gone DELETE_COMPLETE");
    expect(after.at(-1)).toBe("app UPDATE_COMPLETE");
  });

  it("rolls a failed creation back and says what failed", async () => {
    cloud.items.before = (step, id) => {
      if (step === "create" && id === "C") throw new Error("no room for C");
    };
    await create(template(chain));
    expect(await stack()).toMatchObject({ StackStatus: "ROLLBACK_COMPLETE" });
    expect(cloud.items.live.size).toBe(0);
    const { StackResources } = await cloud.cfn.send(new DescribeStackResourcesCommand({ StackName: "app" }));
    expect(StackResources?.find(({ LogicalResourceId }) => LogicalResourceId === "C")?.ResourceStatusReason).toBe(
      "no room for C",
    );
    await expect(update(template(chain))).rejects.toThrow(/is in ROLLBACK_COMPLETE state and can not be updated/);
  });

  it("deletes a resource that came to be and did not become stable", async () => {
    cloud.items.stabilize = (id) => {
      if (id === "C") throw new Error("C is not steady");
    };
    await create(template(chain));
    expect((await stack())?.StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(cloud.items.live.size).toBe(0);
  });

  it("makes a half-made resource anew once rollback was disabled", async () => {
    cloud.items.stabilize = () => {
      throw new Error("not steady");
    };
    await create(template({ A: item() }), { DisableRollback: true });
    expect([...cloud.items.live.keys()]).toEqual(["A-1"]);
    cloud.items.stabilize = () => undefined;
    await update(template({ A: item() }), { DisableRollback: true });
    expect([...cloud.items.live.keys()]).toEqual(["A-2"]);
  });

  it("keeps what was made when rollback is disabled, and an update finishes it", async () => {
    let broken = true;
    cloud.items.before = (_, id) => {
      if (broken && id === "C") throw new Error("no room");
    };
    await create(template(chain), { DisableRollback: true });
    expect((await stack())?.StackStatus).toBe("CREATE_FAILED");
    expect(cloud.items.live.size).toBe(2);
    broken = false;
    await update(template(chain), { DisableRollback: true });
    expect((await stack())?.StackStatus).toBe("UPDATE_COMPLETE");
    expect(cloud.items.live.size).toBe(3);
  });

  it("cancels what is still at work when another resource fails", async () => {
    cloud.items.before = (_, id, { signal }) => {
      if (id === "A") throw new Error("A is broken");
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
    };
    await create(template({ A: item(), B: item() }));
    const { StackEvents } = await cloud.cfn.send(new DescribeStackEventsCommand({ StackName: "app" }));
    const reasons = (StackEvents ?? []).map((event) => event.ResourceStatusReason);
    expect(reasons).toContain("A is broken");
    expect(reasons).toContain("Resource creation cancelled");
    expect((await stack())?.StackStatus).toBe("ROLLBACK_COMPLETE");
  });

  it("puts everything back when an update fails", async () => {
    await create(template(chain, { Outputs: { Last: { Value: { Ref: "A" } } } }));
    const before = new Map(cloud.items.live);
    cloud.items.before = (step, id) => {
      if (step === "create" && id === "D") throw new Error("no D");
    };
    const changed = { ...chain, A: item({ Name: "renamed", Value: "2" }), D: item({ Value: { Ref: "C" } }) };
    await update(template(changed, { Outputs: { Last: { Value: { Ref: "D" } } } }));
    expect(await stack()).toMatchObject({
      StackStatus: "UPDATE_ROLLBACK_COMPLETE",
      Outputs: [{ OutputKey: "Last", OutputValue: "A-1" }],
    });
    expect(cloud.items.live).toEqual(before);
    expect((await events()).at(-1)).toBe("app UPDATE_ROLLBACK_COMPLETE");
    await expect(update(template(chain, { Outputs: { Last: { Value: { Ref: "A" } } } }))).rejects.toThrow(
      "No updates are to be performed.",
    );
  });

  it("deletes dependants first and is then found by id only", async () => {
    const id = await create(template(chain));
    cloud.items.calls.length = 0;
    await cloud.cfn.send(new DeleteStackCommand({ StackName: "app" }));
    await cloud.cloudFormation.idle();
    expect(cloud.items.calls).toEqual(["delete C", "delete B", "delete A"]);
    await expect(stack()).rejects.toThrow("Stack with id app does not exist");
    expect((await stack(id))?.StackStatus).toBe("DELETE_COMPLETE");
  });

  it("honours deletion policies", async () => {
    await create(
      template({
        Kept: item({}, { DeletionPolicy: "Retain" }),
        Saved: item({}, { DeletionPolicy: "Snapshot" }),
        Gone: item(),
      }),
    );
    await cloud.cfn.send(new DeleteStackCommand({ StackName: "app" }));
    await cloud.cloudFormation.idle();
    expect([...cloud.items.live.keys()].map((id) => id.split("-")[0])).toEqual(["Kept"]);
    const deletion = cloud.items.contexts.findLast(({ logicalId }) => logicalId === "Saved");
    expect(deletion?.finalSnapshot).toBe(true);
  });

  it("refuses to delete a protected stack, and to touch a busy one", async () => {
    await create(template(chain), { EnableTerminationProtection: true });
    await expect(cloud.cfn.send(new DeleteStackCommand({ StackName: "app" }))).rejects.toThrow(
      "Stack [app] cannot be deleted while TerminationProtection is enabled",
    );
    await cloud.cfn.send(
      new UpdateTerminationProtectionCommand({ StackName: "app", EnableTerminationProtection: false }),
    );
    const gate = Promise.withResolvers<void>();
    cloud.items.before = () => gate.promise;
    const changed = template({ ...chain, A: item({ Value: "2" }) });
    const started = await cloud.cfn.send(new UpdateStackCommand({ StackName: "app", TemplateBody: changed }));
    await expect(
      cloud.cfn.send(new UpdateStackCommand({ StackName: "app", TemplateBody: template({ A: item() }) })),
    ).rejects.toThrow(`Stack:${started.StackId} is in UPDATE_IN_PROGRESS state and can not be updated.`);
    await expect(cloud.cfn.send(new DeleteStackCommand({ StackName: "app" }))).rejects.toThrow(
      `Stack [${started.StackId}] cannot be deleted while in status UPDATE_IN_PROGRESS`,
    );
    gate.resolve();
    await cloud.cloudFormation.idle();
    expect((await stack())?.StackStatus).toBe("UPDATE_COMPLETE");
  });

  it("gives up a creation that is deleted meanwhile", async () => {
    cloud.items.before = (step, _, { signal }) =>
      step === "create"
        ? new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))))
        : undefined;
    const { StackId } = await cloud.cfn.send(
      new CreateStackCommand({ StackName: "app", TemplateBody: template({ A: item() }) }),
    );
    await cloud.cfn.send(new DeleteStackCommand({ StackName: "app" }));
    await cloud.cloudFormation.idle();
    expect((await stack(StackId))?.StackStatus).toBe("DELETE_COMPLETE");
  });

  it("takes a repeated request with its token for the first one", async () => {
    const body = template(chain);
    const id = await create(body, { ClientRequestToken: "t1" });
    expect(await create(body, { ClientRequestToken: "t1" })).toBe(id);
    await expect(create(body)).rejects.toMatchObject({
      name: "AlreadyExistsException",
      message: "Stack [app] already exists",
    });
  });

  it("announces every status on the event bus", async () => {
    const id = await create(template(chain));
    expect(cloud.events.map(({ detail }) => detail["status-details"])).toEqual([
      { status: "CREATE_IN_PROGRESS", "status-reason": "User Initiated" },
      { status: "CREATE_COMPLETE", "status-reason": "" },
    ]);
    expect(cloud.events[0]).toMatchObject({ source: "aws.cloudformation", resources: [id] });
  });

  it("fails before anything is made when a type is not emulated, and names it", async () => {
    await expect(create(template({ A: item(), Q: { Type: "AWS::Quantum::Computer" } }))).rejects.toMatchObject({
      name: "UnsupportedOperation",
      message: expect.stringContaining("AWS::Quantum::Computer"),
    });
    expect(cloud.items.live.size).toBe(0);
  });
});
