import {
  CreateStackCommand,
  type CreateStackCommandInput,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
  type UpdateStackCommandInput,
} from "@aws-sdk/client-cloudformation";
import type { Cloud } from "./cloud.ts";

/** Who deploys the stack `app` with the SDK and waits until each operation is over. */
export function operatorOf({ cfn, cloudFormation }: Pick<Cloud, "cfn" | "cloudFormation">) {
  return {
    async create(body: string, more: Partial<CreateStackCommandInput> = {}): Promise<string> {
      const { StackId } = await cfn.send(new CreateStackCommand({ StackName: "app", TemplateBody: body, ...more }));
      await cloudFormation.idle();
      return StackId ?? "";
    },
    async update(body: string, more: Partial<UpdateStackCommandInput> = {}): Promise<void> {
      await cfn.send(new UpdateStackCommand({ StackName: "app", TemplateBody: body, ...more }));
      await cloudFormation.idle();
    },
    async remove(name = "app"): Promise<void> {
      await cfn.send(new DeleteStackCommand({ StackName: name }));
      await cloudFormation.idle();
    },
    async stack(name = "app") {
      const { Stacks } = await cfn.send(new DescribeStacksCommand({ StackName: name }));
      return Stacks?.[0];
    },
    /** `<logical id> <status>`, oldest first. */
    async events(name = "app"): Promise<string[]> {
      const { StackEvents } = await cfn.send(new DescribeStackEventsCommand({ StackName: name }));
      return (StackEvents ?? []).map((event) => `${event.LogicalResourceId} ${event.ResourceStatus}`).reverse();
    },
    /** Every reason given so far, one a line. */
    async reasons(name = "app"): Promise<string> {
      const { StackEvents } = await cfn.send(new DescribeStackEventsCommand({ StackName: name }));
      return (StackEvents ?? []).map((event) => event.ResourceStatusReason ?? "").join("\n");
    },
  };
}
export type Operator = ReturnType<typeof operatorOf>;
