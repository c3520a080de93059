import { type CfnResource, RemovalPolicy } from "aws-cdk-lib/core";
import type { StagePlan } from "#fleet";

/** For tasks and functions alike: what one of them did is looked up in the other's logs. */
export const logRetentionDays = 365;

/**
 * Keeps a resource through `sst remove` while the stage's `deletionProtection` is on, and lets it go when it is off.
 *
 * The state is written to the resource's metadata as well: a template that differs in a deletion policy alone is no
 * update to CloudFormation, and the switch would not take effect.
 */
export function keepWhileProtected(resource: CfnResource, { deletionProtection }: StagePlan): void {
  resource.applyRemovalPolicy(deletionProtection ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY);
  resource.addMetadata("DeletionProtection", deletionProtection ? "on" : "off");
}

/**
 * Takes a final snapshot of a durable stage's data before it goes. CloudFormation names it: it begins with the stack's
 * name and cannot be chosen.
 */
export function snapshotBeforeDeletion(resource: CfnResource, { durable }: StagePlan): void {
  resource.applyRemovalPolicy(durable ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY);
}

/**
 * For what is kept through every deletion on AWS: secrets, which CloudFormation would delete by force, without the recovery
 * window of seven days; the key that encrypts them; access logs, as no bucket is deleted that has an object.
 * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1999
 */
export function keptForever({ runsOn }: StagePlan): RemovalPolicy {
  return runsOn === "aws" ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
}
