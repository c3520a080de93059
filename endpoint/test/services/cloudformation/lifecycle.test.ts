import {
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
} from "@aws-sdk/client-cloudformation";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type Cloud, chain, item, startCloudFormation, template } from "./cloud.ts";
import { type Operator, operatorOf } from "./operator.ts";

let cloud: Cloud;
let operator: Operator;
beforeEach(async () => {
  cloud = await startCloudFormation();
  operator = operatorOf(cloud);
});
afterEach(() => cloud.close());

describe("a stack's life", () => {
  it("[AWS-10] has no member for parameters, outputs and capabilities where there are none", async () => {
    await operator.create(template({ A: item() }));
    const stack = await operator.stack();
    for (const member of ["Parameters", "Outputs", "Capabilities", "ChangeSetId", "LastUpdatedTime"]) {
      expect(stack).not.toHaveProperty(member);
    }
    expect(stack).toMatchObject({ Tags: [], NotificationARNs: [], RollbackConfiguration: {} });
  });

  it("creates resources in the order of their references and returns outputs", async () => {
    const id = await operator.create(
      template(chain, { Outputs: { Last: { Value: { Ref: "C" }, Description: "the last" } } }),
      {
        Tags: [{ Key: "sst:app", Value: "fleet" }],
      },
    );
    expect(await operator.stack()).toMatchObject({
      StackId: id,
      StackStatus: "CREATE_COMPLETE",
      Outputs: [{ OutputKey: "Last", OutputValue: "C-3", Description: "the last" }],
      Tags: [{ Key: "sst:app", Value: "fleet" }],
      CreationTime: new Date(Date.UTC(2026, 10, 23)),
    });
    expect(cloud.items.live.get("C-3")).toEqual({ Value: "B-2/1" });
    expect(cloud.items.contexts[0]).toMatchObject({ stackName: "app", stackTags: { "sst:app": "fleet" } });
    expect(await operator.events()).toEqual([
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
    await expect(operator.stack("none")).rejects.toMatchObject({
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
    await operator.create(template({ A: item(), B: item() }));
    expect((await operator.stack())?.StackStatus).toBe("CREATE_COMPLETE");
  });

  it("refuses an update that changes nothing", async () => {
    await operator.create(template(chain));
    await expect(operator.update(template(chain))).rejects.toMatchObject({
      name: "ValidationError",
      message: "No updates are to be performed.",
    });
  });

  it("updates in place, replaces where it must, and removes what is gone last", async () => {
    await operator.create(template({ ...chain, Gone: item() }));
    await operator.update(template({ ...chain, A: item({ Name: "renamed", Value: "2" }) }));
    expect((await operator.stack())?.StackStatus).toBe("UPDATE_COMPLETE");
    expect(cloud.items.live.size).toBe(3);
    expect(cloud.items.live.get("A-5")).toEqual({ Name: "renamed", Value: "2" });
    expect([...cloud.items.live.values()]).toContainEqual({ Value: "arn:memory:A-5" });
    const seen = await operator.events();
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
    await operator.create(template(chain));
    expect(await operator.stack()).toMatchObject({ StackStatus: "ROLLBACK_COMPLETE" });
    expect(cloud.items.live.size).toBe(0);
    const { StackResources } = await cloud.cfn.send(new DescribeStackResourcesCommand({ StackName: "app" }));
    expect(StackResources?.find(({ LogicalResourceId }) => LogicalResourceId === "C")?.ResourceStatusReason).toBe(
      "no room for C",
    );
    await expect(operator.update(template(chain))).rejects.toThrow(
      /is in ROLLBACK_COMPLETE state and can not be updated/,
    );
  });

  it("[AWS-10] lets those who ask once a second see what failed, before it rolls back", async () => {
    const slow = await startCloudFormation(1_500);
    onTestFinished(() => slow.close());
    slow.items.before = () => {
      throw new Error("no room");
    };
    await slow.cfn.send(new CreateStackCommand({ StackName: "app", TemplateBody: template({ A: item() }) }));
    const { events, stack } = operatorOf(slow);
    await vi.waitFor(async () => expect(await events()).toContain("A CREATE_FAILED"));
    expect((await stack())?.StackStatus).toBe("ROLLBACK_IN_PROGRESS");
    await vi.waitFor(() => expect(slow.clock.sleeping).toBe(1));
    slow.items.before = () => undefined;
    slow.clock.turn(1_500);
    await slow.cloudFormation.idle();
    expect((await stack())?.StackStatus).toBe("ROLLBACK_COMPLETE");
  });

  it("deletes a resource that was created but did not become stable", async () => {
    cloud.items.stabilize = (id) => {
      if (id === "C") throw new Error("C is not steady");
    };
    await operator.create(template(chain));
    expect((await operator.stack())?.StackStatus).toBe("ROLLBACK_COMPLETE");
    expect(cloud.items.live.size).toBe(0);
  });

  it("creates a half-made resource again after rollback was disabled", async () => {
    cloud.items.stabilize = () => {
      throw new Error("not steady");
    };
    await operator.create(template({ A: item() }), { DisableRollback: true });
    expect([...cloud.items.live.keys()]).toEqual(["A-1"]);
    cloud.items.stabilize = () => undefined;
    await operator.update(template({ A: item() }), { DisableRollback: true });
    expect([...cloud.items.live.keys()]).toEqual(["A-2"]);
  });

  it("keeps what was created when rollback is disabled, and an update finishes it", async () => {
    let broken = true;
    cloud.items.before = (_, id) => {
      if (broken && id === "C") throw new Error("no room");
    };
    await operator.create(template(chain), { DisableRollback: true });
    expect((await operator.stack())?.StackStatus).toBe("CREATE_FAILED");
    expect(cloud.items.live.size).toBe(2);
    broken = false;
    await operator.update(template(chain), { DisableRollback: true });
    expect((await operator.stack())?.StackStatus).toBe("UPDATE_COMPLETE");
    expect(cloud.items.live.size).toBe(3);
  });

  it("[STR-3] continues with whatever does not depend on what failed when rollback is disabled", async () => {
    cloud.items.before = async (_, id, { signal }) => {
      if (id === "A") throw new Error("A is broken");
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    };
    const apart = { A: item(), OfA: item({ Value: { Ref: "A" } }), B: item(), OfB: item({ Value: { Ref: "B" } }) };
    await operator.create(template(apart), { DisableRollback: true });
    expect((await operator.stack())?.StackStatus).toBe("CREATE_FAILED");
    expect([...cloud.items.live.keys()]).toEqual(["B-1", "OfB-2"]);
  });

  it("[STR-3] replaces nothing while rollback is disabled, as on AWS", async () => {
    await operator.create(template({ A: item({ Name: "one" }) }), { DisableRollback: true });
    await operator.update(template({ A: item({ Name: "two" }) }), { DisableRollback: true });
    const { StackEvents } = await cloud.cfn.send(new DescribeStackEventsCommand({ StackName: "app" }));
    const reasons = (StackEvents ?? []).map((event) => event.ResourceStatusReason);
    expect(reasons).toContain("Replacement type updates not supported on stack with disable-rollback.");
    expect((await operator.stack())?.StackStatus).toBe("UPDATE_FAILED");
    expect([...cloud.items.live.keys()]).toEqual(["A-1"]);
  });

  it("cancels what is still in progress when another resource fails", async () => {
    cloud.items.before = (_, id, { signal }) => {
      if (id === "A") throw new Error("A is broken");
      return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
    };
    await operator.create(template({ A: item(), B: item() }));
    const { StackEvents } = await cloud.cfn.send(new DescribeStackEventsCommand({ StackName: "app" }));
    const reasons = (StackEvents ?? []).map((event) => event.ResourceStatusReason);
    expect(reasons).toContain("A is broken");
    expect(reasons).toContain("Resource creation cancelled");
    expect((await operator.stack())?.StackStatus).toBe("ROLLBACK_COMPLETE");
  });

  it("puts everything back when an update fails", async () => {
    await operator.create(template(chain, { Outputs: { Last: { Value: { Ref: "A" } } } }));
    const before = new Map(cloud.items.live);
    cloud.items.before = (step, id) => {
      if (step === "create" && id === "D") throw new Error("no D");
    };
    const changed = { ...chain, A: item({ Name: "renamed", Value: "2" }), D: item({ Value: { Ref: "C" } }) };
    await operator.update(template(changed, { Outputs: { Last: { Value: { Ref: "D" } } } }));
    expect(await operator.stack()).toMatchObject({
      StackStatus: "UPDATE_ROLLBACK_COMPLETE",
      Outputs: [{ OutputKey: "Last", OutputValue: "A-1" }],
    });
    expect(cloud.items.live).toEqual(before);
    expect((await operator.events()).at(-1)).toBe("app UPDATE_ROLLBACK_COMPLETE");
    await expect(operator.update(template(chain, { Outputs: { Last: { Value: { Ref: "A" } } } }))).rejects.toThrow(
      "No updates are to be performed.",
    );
  });

  it("deletes dependants first and is then found by id only", async () => {
    const id = await operator.create(template(chain));
    cloud.items.calls.length = 0;
    await operator.remove();
    expect(cloud.items.calls).toEqual(["delete C", "delete B", "delete A"]);
    await expect(operator.stack()).rejects.toThrow("Stack with id app does not exist");
    expect((await operator.stack(id))?.StackStatus).toBe("DELETE_COMPLETE");
  });

  it("honours deletion policies", async () => {
    await operator.create(
      template({
        Kept: item({}, { DeletionPolicy: "Retain" }),
        Saved: item({}, { DeletionPolicy: "Snapshot" }),
        Gone: item(),
      }),
    );
    await operator.remove();
    expect([...cloud.items.live.keys()].map((id) => id.split("-")[0])).toEqual(["Kept"]);
    const deletion = cloud.items.contexts.findLast(({ logicalId }) => logicalId === "Saved");
    expect(deletion?.finalSnapshot).toBe(true);
  });
});
