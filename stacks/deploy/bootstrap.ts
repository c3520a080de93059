import type { StagePlan } from "#fleet";
import type { SSTConfig } from "../sst.ts";

type CdkOptions = NonNullable<Awaited<ReturnType<SSTConfig["config"]>>["cdk"]>;

/**
 * The account's bootstrap of the CDK, which SST deploys by, and makes where there is none. The roles of a bootstrap have
 * the stage's boundary as well, where that is a policy of the account.
 */
export function bootstrapOf({ account, controls }: StagePlan): CdkOptions {
  const { permissionsBoundary = "", bootstrap } = controls;
  const [, boundary] = permissionsBoundary.split(`:iam::${account}:policy/`);
  return {
    qualifier: bootstrap.qualifier,
    toolkitStackName: bootstrap.stack,
    ...(boundary !== undefined && { customPermissionsBoundary: boundary }),
  };
}
