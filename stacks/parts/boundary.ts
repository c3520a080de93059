import * as iam from "aws-cdk-lib/aws-iam";
import type { StagePlan } from "#fleet";
import type { App } from "../sst.ts";

/** Every role of the stage, those of its functions too, may do at most what the account's own policy says. */
export function boundRoles(app: App, { controls: { permissionsBoundary } }: StagePlan): void {
  if (permissionsBoundary === undefined) return;
  iam.PermissionsBoundary.of(app).apply(
    iam.ManagedPolicy.fromManagedPolicyArn(app, "PermissionsBoundary", permissionsBoundary),
  );
}
