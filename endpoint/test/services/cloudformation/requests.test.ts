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
  it("[AWS-10] refuses a template that AWS would refuse before it touches anything", async () => {
    const create = (body: object) =>
      cloud.cfn.send(new CreateStackCommand({ StackName: "wrong", TemplateBody: JSON.stringify(body) }));
    const Mappings = { Sizes: { small: { cpu: "256" } } };
    const mapped = { A: item({ Value: { "Fn::FindInMap": ["Sizes", { Ref: "Size" }, "cpu"] } }) };
    const Parameters = { Size: { Type: "String", Default: "large" } };
    await expect(create({ Mappings, Parameters, Resources: mapped })).rejects.toThrow(
      "Template error: Unable to get mapping for Sizes::large::cpu",
    );
    const Conditions = { Never: { "Fn::Equals": ["a", "b"] } };
    const absent = { A: { ...item(), Condition: "Never" }, B: item() };
    await expect(create({ Conditions, Resources: absent, Outputs: { A: { Value: { Ref: "A" } } } })).rejects.toThrow(
      "Unresolved resource dependencies [A] in the Outputs block of the template",
    );
    await expect(create({ Transform: "AWS::LanguageExtensions", Resources: { A: item() } })).rejects.toMatchObject({
      name: "InsufficientCapabilitiesException",
      message: "Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
    });
    await expect(create({ Resources: { A: item() }, Resourcen: {} })).rejects.toThrow(
      "Invalid template property or properties [Resourcen]",
    );
    await expect(create({ Resources: { A: { Properties: {} } } })).rejects.toThrow(
      "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
    );
    await expect(create({ Resources: { A: { ...item(), DependOn: "B" } } })).rejects.toThrow(
      "Invalid template resource property 'DependOn'",
    );
    await expect(operator.stack("wrong")).rejects.toThrow("does not exist");
  });

  it("[AWS-10] fails a resource with a property that its type does not have", async () => {
    await operator.create(
      JSON.stringify({ Resources: { Vpc: { Type: "AWS::EC2::VPC", Properties: { CidrBlok: "10.0.0.0/16" } } } }),
    );
    expect(await operator.reasons()).toContain(
      "Properties validation failed for resource Vpc with message:\n[#: extraneous key [CidrBlok] is not permitted]",
    );
  });

  it("[AWS-10] reads a property by Fn::GetAtt, and a trailing comma", async () => {
    const body = `{ "Resources": {
      "A": { "Type": "Test::Memory::Item", "Properties": { "Value": "1", "Name": "named" } },
      "B": { "Type": "Test::Memory::Item", "Properties": { "Value": { "Fn::GetAtt": ["A", "Name"] } } },
    }, }`;
    await operator.create(body);
    expect((await operator.stack())?.StackStatus).toBe("CREATE_COMPLETE");
    expect([...cloud.items.live.values()]).toContainEqual({ Value: "named" });
  });

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
