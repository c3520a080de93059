import { isIP } from "node:net";
import * as v from "valibot";
import { AwsError } from "#local/endpoint/errors.ts";
import type { Target, TargetRegistry } from "#local/endpoint/ports.ts";
import type { Operation } from "#local/endpoint/service.ts";
import { type ControlPlane, limits } from "./control-plane.ts";
import type { TargetGroupRecord } from "./records.ts";
import { operation, targets, text } from "./schema.ts";

type TargetInput = v.InferOutput<typeof targets>[number];

/** Tasks run on this machine, so that loopback addresses are accepted, which AWS refuses. */
export function registerTargets(control: ControlPlane, groupArn: string, wanted: readonly TargetInput[]): void {
  const record = control.records.targetGroup(groupArn);
  for (const { Id } of wanted) {
    if (isIP(Id) === 0) {
      throw new AwsError(
        "InvalidTarget",
        `Target '${Id}' is not an IP address; the local balancer reaches no other targets`,
      );
    }
  }
  const group = control.plane.group(groupArn);
  if (group === undefined) return;
  const known = new Set(group.targets().map(({ id, port }) => `${id}:${port}`));
  const all = new Set([...known, ...wanted.map((target) => `${target.Id}:${target.Port ?? record.port}`)]);
  if (all.size > limits.targetsPerGroup) {
    throw new AwsError("TooManyTargets", `A target group can have at most '${limits.targetsPerGroup}' targets`);
  }
  for (const target of wanted) group.register(addressOf(target, record));
}

/** Returns when the targets are marked; they drain on their own. */
export function deregisterTargets(control: ControlPlane, groupArn: string, unwanted: readonly TargetInput[]): void {
  const record = control.records.targetGroup(groupArn);
  for (const target of unwanted) void control.plane.group(groupArn)?.deregister(addressOf(target, record));
}

function addressOf(target: TargetInput, group: TargetGroupRecord): Target {
  return { id: target.Id, port: target.Port ?? group.port };
}

/** Target groups as ECS sees them. */
export function createTargetRegistry(control: ControlPlane): TargetRegistry {
  const groupOf = (arn: string) => {
    control.records.targetGroup(arn);
    return control.plane.group(arn);
  };
  return {
    register(arn, target) {
      registerTargets(control, arn, [{ Id: target.id, Port: target.port }]);
    },
    // A group deleted in the meantime has nothing left to drain.
    deregister: (arn, target) => control.plane.group(arn)?.deregister(target) ?? Promise.resolve(),
    health: (arn, target) => groupOf(arn)?.status(target).state ?? "unused",
    onHealthChange: (listener) =>
      control.plane.onHealthChange((arn, target, status) => listener(arn, target, status.state)),
  };
}

export function targetOperations(control: ControlPlane): Readonly<Record<string, Operation>> {
  const byGroup = { TargetGroupArn: text };
  return {
    RegisterTargets: operation(v.object({ ...byGroup, Targets: targets }), ({ TargetGroupArn, Targets }) => {
      registerTargets(control, TargetGroupArn, Targets);
      return {};
    }),
    DeregisterTargets: operation(v.object({ ...byGroup, Targets: targets }), ({ TargetGroupArn, Targets }) => {
      deregisterTargets(control, TargetGroupArn, Targets);
      return {};
    }),
    DescribeTargetHealth: operation(
      v.object({ ...byGroup, Targets: v.optional(targets) }),
      ({ TargetGroupArn, Targets }) => {
        const record = control.records.targetGroup(TargetGroupArn);
        const group = control.plane.group(TargetGroupArn);
        const wanted = Targets?.map((target) => addressOf(target, record)) ?? group?.targets() ?? [];
        return { TargetHealthDescriptions: wanted.map((target) => shownHealth(control, record, target)) };
      },
    ),
  };
}

function shownHealth(control: ControlPlane, record: TargetGroupRecord, { id, port }: Target) {
  const status = control.plane.group(record.arn)?.status({ id, port });
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
