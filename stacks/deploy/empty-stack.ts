import { CfnResource, CfnWaitConditionHandle } from "aws-cdk-lib/core";
import { type App, Stack } from "../sst.ts";

/**
 * CloudFormation takes no template without a resource, so a stack whose last one went (every secret adopted, every
 * alarm declined, no service with sessions) could not be updated to nothing. The handle costs nothing and does nothing.
 */
export function fillEmptyStacks(app: App): void {
  for (const stack of app.node.children) {
    if (!(stack instanceof Stack)) continue;
    const empty = !stack.node.findAll().some((construct) => CfnResource.isCfnResource(construct));
    if (empty) new CfnWaitConditionHandle(stack, "Empty");
  }
}
