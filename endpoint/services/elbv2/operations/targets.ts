import { isIP } from "node:net";
import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Target, TargetRegistry } from "#endpoint/core/ports.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { type ControlPlane, limits } from "../control-plane.ts";
import type { TargetGroupRecord } from "../records.ts";
import { targets, text } from "../schema.ts";

type TargetInput = v.InferOutput<typeof targets>[number];

/** Tasks run on this machine, so that loopback addresses are accepted, which AWS refuses. */
export async function registerTargets(
  control: ControlPlane,
  groupArn: string,
  wanted: readonly TargetInput[],
): Promise<void> {
  const record = control.records.targetGroup(groupArn);
  for (const { Id } of wanted) {
    if (isIP(Id) === 0) {
      throw new AwsError(
        "InvalidTarget",
        `Target '${Id}' is not an IP address; the local balancer reaches no other targets`,
      );
    }
  }
  const known = new Set(control.plane.targets(groupArn).map(({ id, port }) => `${id}:${port}`));
  const all = new Set([...known, ...wanted.map((target) => `${target.Id}:${target.Port ?? record.port}`)]);
  if (all.size > limits.targetsPerGroup) {
    throw new AwsError("TooManyTargets", `A target group can have at most '${limits.targetsPerGroup}' targets`);
  }
  await Promise.all(wanted.map((target) => control.plane.register(groupArn, addressOf(target, record))));
}

/** Returns when the targets are marked; they drain on their own. */
export function deregisterTargets(control: ControlPlane, groupArn: string, unwanted: readonly TargetInput[]): void {
  const record = control.records.targetGroup(groupArn);
  for (const target of unwanted) void control.plane.deregister(groupArn, addressOf(target, record));
}

function addressOf(target: TargetInput, group: TargetGroupRecord): Target {
  return { id: target.Id, port: target.Port ?? group.port };
}

/** Target groups as ECS sees them. */
export function createTargetRegistry(control: ControlPlane): TargetRegistry {
  return {
    register(arn, target) {
      control.records.targetGroup(arn);
      void control.plane.register(arn, target);
    },
    deregister: (arn, target) => control.plane.deregister(arn, target),
    health(arn, target) {
      control.records.targetGroup(arn);
      return control.plane.status(arn, target)?.state ?? "unused";
    },
    healthDescription(arn, target) {
      const status = control.plane.status(arn, target);
      return status === undefined || status.state === "healthy" ? undefined : status.description;
    },
    onHealthChange: (listener) =>
      control.plane.onHealthChange((arn, target, status) => listener(arn, target, status.state)),
  };
}

export function targetOperations(control: ControlPlane): Operations {
  const byGroup = { TargetGroupArn: text };
  return {
    RegisterTargets: define(v.object({ ...byGroup, Targets: targets }), async ({ TargetGroupArn, Targets }) => {
      await registerTargets(control, TargetGroupArn, Targets);
      return {};
    }),
    DeregisterTargets: define(v.object({ ...byGroup, Targets: targets }), ({ TargetGroupArn, Targets }) => {
      deregisterTargets(control, TargetGroupArn, Targets);
      return {};
    }),
    DescribeTargetHealth: define(
      v.object({ ...byGroup, Targets: v.optional(targets) }),
      ({ TargetGroupArn, Targets }) => {
        const record = control.records.targetGroup(TargetGroupArn);
        const wanted = Targets?.map((target) => addressOf(target, record)) ?? control.plane.targets(TargetGroupArn);
        return { TargetHealthDescriptions: wanted.map((target) => shownHealth(control, record, target)) };
      },
    ),
  };
}

function shownHealth(control: ControlPlane, record: TargetGroupRecord, { id, port }: Target) {
  const status = control.plane.status(record.arn, { id, port });
  const reason =
    status === undefined || status.state === "healthy"
      ? {}
      : { Reason: status.reason, Description: status.description };
  return {
    Target: { Id: id, Port: port },
    HealthCheckPort: record.healthCheck.port === "traffic-port" ? String(port) : record.healthCheck.port,
    TargetHealth: { State: status?.state ?? "unused", ...reason },
  };
}
