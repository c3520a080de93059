import { names } from "#fleet";
import { isChatAlarm } from "../alarms/read.ts";
import type { ServiceFacts } from "../status/facts.ts";
import type { DriftedResource, PropertyDrift } from "./stack-drift.ts";

type Judge = (
  resource: DriftedResource,
  difference: PropertyDrift | undefined,
  services: readonly ServiceFacts[],
) => boolean;

const always: Judge = () => true;
const property =
  (...known: readonly string[]): Judge =>
  (_resource, difference) =>
    difference !== undefined && known.some((name) => difference.path.startsWith(`/${name}`));

/** Drift that another check explains better, by type: nothing is reported twice. */
const elsewhere: Readonly<Record<string, Judge>> = {
  // `alarms` and `alarm-road` report those that are muted, gone, or left without an action.
  "AWS::CloudWatch::Alarm": ({ physicalId }, difference) =>
    difference === undefined
      ? !isChatAlarm(physicalId)
      : difference.path === "/ActionsEnabled" || isActionGone(difference),
  "AWS::ECS::Service": (resource, difference, services) =>
    difference?.path === "/DesiredCount" || isRollout(resource, difference, services),
  "AWS::ElastiCache::ReplicationGroup": property("AutomaticFailover", "NumCacheClusters", "TransitEncryption"),
  "AWS::SecretsManager::RotationSchedule": always,
  // A missing subscription also stops the test alarm.
  "AWS::SNS::Subscription": (_resource, difference) => difference === undefined,
};

export function isExplainedElsewhere(...found: Parameters<Judge>): boolean {
  return elsewhere[found[0].type]?.(...found) ?? false;
}

function isActionGone({ path, type }: PropertyDrift): boolean {
  return path.startsWith("/AlarmActions") && type === "REMOVE";
}

/** A rollout that failed leaves the service on another task definition: `deployments` reports it. */
function isRollout(
  { physicalId }: DriftedResource,
  difference: PropertyDrift | undefined,
  services: readonly ServiceFacts[],
): boolean {
  if (difference?.path !== "/TaskDefinition") return false;
  // The ARN ends in `<stage>-mcp-<service>`.
  const facts = services.find(({ plan }) => physicalId.endsWith(names.service("", plan.key)));
  const primary = facts?.service?.deployments.find((one) => one.primary);
  return primary !== undefined && primary.state !== "COMPLETED";
}

const harmless = /^\/(HealthCheckPath|Matcher\/HttpCode|Priority|TaskDefinition|SslPolicy|ComparisonOperator)$/;

/** A value is shown if it is a number or a boolean, or belongs to a property that never holds a secret. */
export function describeDifference({ path, expected, actual, type }: PropertyDrift): string {
  const name = path.slice(1).replaceAll("/", ".");
  if (type === "REMOVE") return `${name} is gone`;
  if (type === "ADD") return `${name} has one more`;
  const plain = (value: string) => /^(\d+(\.\d+)?|true|false)$/.test(value) || harmless.test(path);
  return plain(expected) && plain(actual)
    ? `${name} is ${actual}, but was deployed as ${expected}`
    : `${name} has a different value`;
}
