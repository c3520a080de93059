import { Aspects, CfnResource } from "aws-cdk-lib/core";
import type { StagePlan } from "#fleet";
import type { App } from "../sst.ts";

/** Every role of the stage, those of its functions too, may do at most what the account's own policy says. */
export function boundRoles(app: App, { controls: { permissionsBoundary } }: StagePlan): void {
  if (permissionsBoundary === undefined) return;
  Aspects.of(app).add({
    visit(node) {
      if (CfnResource.isCfnResource(node) && node.cfnResourceType === "AWS::IAM::Role")
        node.addPropertyOverride("PermissionsBoundary", permissionsBoundary);
    },
  });
}
