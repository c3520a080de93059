import {
  CreateStackCommand,
  DeleteStackCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from "@aws-sdk/client-cloudformation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Cloud, chain, item, startCloudFormation, template } from "./cloud.ts";
import { type Operator, operatorOf } from "./operator.ts";

let cloud: Cloud;
let operator: Operator;
beforeEach(async () => {
  cloud = await startCloudFormation();
  operator = operatorOf(cloud);
});
afterEach(() => cloud.close());

describe("requests on a stack", () => {
  it("refuses to delete a protected stack, and to touch a busy one", async () => {
    await operator.create(template(chain), { EnableTerminationProtection: true });
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
    expect((await operator.stack())?.StackStatus).toBe("UPDATE_COMPLETE");
  });

  it("gives up a creation when its stack is deleted meanwhile", async () => {
    cloud.items.before = (step, _, { signal }) =>
      step === "create"
        ? new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))))
        : undefined;
    const { StackId } = await cloud.cfn.send(
      new CreateStackCommand({ StackName: "app", TemplateBody: template({ A: item() }) }),
    );
    await operator.remove();
    expect((await operator.stack(StackId))?.StackStatus).toBe("DELETE_COMPLETE");
  });

  it("treats a request repeated with its token as the first one", async () => {
    const body = template(chain);
    const id = await operator.create(body, { ClientRequestToken: "t1" });
    expect(await operator.create(body, { ClientRequestToken: "t1" })).toBe(id);
    await expect(operator.create(body)).rejects.toMatchObject({
      name: "AlreadyExistsException",
      message: "Stack [app] already exists",
    });
  });

  it("announces every status on the event bus", async () => {
    const id = await operator.create(template(chain));
    expect(cloud.events.map(({ detail }) => detail["status-details"])).toEqual([
      { status: "CREATE_IN_PROGRESS", "status-reason": "User Initiated" },
      { status: "CREATE_COMPLETE", "status-reason": "" },
    ]);
    expect(cloud.events[0]).toMatchObject({ source: "aws.cloudformation", resources: [id] });
  });

  it("fails before creating anything when a type is not emulated, and names it", async () => {
    await expect(operator.create(template({ A: item(), Q: { Type: "AWS::Quantum::Computer" } }))).rejects.toMatchObject(
      {
        name: "UnsupportedOperation",
        message: expect.stringContaining("AWS::Quantum::Computer"),
      },
    );
    expect(cloud.items.live.size).toBe(0);
  });
});
