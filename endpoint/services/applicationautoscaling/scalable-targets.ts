import { randomUUID } from "node:crypto";
import { AwsError, validationError } from "#endpoint/core/errors.ts";
import type { AlarmKeeper, Clock, Place, ScalableServices } from "#endpoint/core/ports.ts";
import { parseSchedule } from "#endpoint/services/events/schedule.ts";
import type { Activities } from "./activities.ts";
import type { Policy, ScalableTarget, ScheduledActionInput, Tracking } from "./model.ts";
import { alarmsOf, isLabel, wantedBy } from "./target-tracking.ts";

export interface ScalingPorts {
  readonly place: Pick<Place, "region" | "account">;
  readonly clock: Clock;
  readonly alarms: AlarmKeeper;
  readonly services: ScalableServices;
  /** Seconds of a period of the alarms that track targets: 60 on AWS. */
  readonly periodSeconds: number;
}

interface Bounds {
  readonly MinCapacity?: number | undefined;
  readonly MaxCapacity?: number | undefined;
}

/** The services that are scaled, with what scales them. */
export class ScalableTargets {
  readonly #ports: ScalingPorts;
  readonly #activities: Activities;
  readonly #targets = new Map<string, ScalableTarget>();

  constructor(ports: ScalingPorts, activities: Activities) {
    this.#ports = ports;
    this.#activities = activities;
  }

  all(): readonly ScalableTarget[] {
    return [...this.#targets.values()];
  }

  /** Throws `ObjectNotFoundException`. */
  get(resourceId: string): ScalableTarget {
    const target = this.#targets.get(resourceId);
    if (target !== undefined) return target;
    throw new AwsError(
      "ObjectNotFoundException",
      `No scalable target registered for service namespace: ecs, resource ID: ${resourceId}, scalable dimension: ecs:service:DesiredCount`,
    );
  }

  register(resourceId: string, { MinCapacity, MaxCapacity }: Bounds): ScalableTarget {
    const known = this.#targets.get(resourceId);
    const [min, max] = [MinCapacity ?? known?.min, MaxCapacity ?? known?.max];
    if (min === undefined || max === undefined)
      throw validationError("MinCapacity and MaxCapacity are required to register a scalable target.");
    if (min > max) throw validationError("Maximum capacity cannot be less than minimum capacity");
    if (this.#ports.services.read(resourceId) === undefined)
      throw validationError(`ECS service doesn't exist: ${resourceId}`);
    const target: ScalableTarget = known ?? {
      resourceId,
      createdAt: this.#ports.clock.now(),
      min,
      max,
      policies: new Map(),
      actions: new Map(),
    };
    Object.assign(target, { min, max });
    this.#targets.set(resourceId, target);
    this.#hold(target);
    return target;
  }

  deregister(resourceId: string): void {
    const target = this.get(resourceId);
    for (const name of target.policies.keys()) this.deletePolicy(resourceId, name);
    this.#targets.delete(resourceId);
  }

  putPolicy(resourceId: string, name: string, tracking: Tracking): Policy {
    const target = this.get(resourceId);
    const { PredefinedMetricType, ResourceLabel } = tracking.PredefinedMetricSpecification;
    if (PredefinedMetricType === "ALBRequestCountPerTarget" && !isLabel(ResourceLabel))
      throw validationError(`ResourceLabel ${ResourceLabel} is not app/<name>/<id>/targetgroup/<name>/<id>.`);
    const known = target.policies.get(name);
    const id = known?.arn.split(":")[6] ?? randomUUID();
    const alarm = (side: string) => `TargetTracking-${resourceId}-Alarm${side}-${id}`;
    const policy: Policy = {
      name,
      arn: `${this.#prefix()}:scalingPolicy:${id}:resource/ecs/${resourceId}:policyName/${name}`,
      tracking,
      alarms: { high: alarm("High"), low: alarm("Low") },
      createdAt: known?.createdAt ?? this.#ports.clock.now(),
      scaled: known?.scaled ?? { out: Number.NEGATIVE_INFINITY, in: Number.NEGATIVE_INFINITY },
    };
    for (const one of alarmsOf(policy, resourceId, this.#ports.periodSeconds)) this.#ports.alarms.put(one);
    target.policies.set(name, policy);
    return policy;
  }

  /** Throws `ObjectNotFoundException`. */
  deletePolicy(resourceId: string, name: string): void {
    const { policies } = this.get(resourceId);
    const policy = policies.get(name);
    if (policy === undefined) throw new AwsError("ObjectNotFoundException", `No scaling policy found: ${name}`);
    for (const alarm of Object.values(policy.alarms)) this.#ports.alarms.delete(alarm);
    policies.delete(name);
  }

  putAction(resourceId: string, input: ScheduledActionInput): void {
    const target = this.get(resourceId);
    const schedule = parseSchedule(input.Schedule, input.Timezone);
    if (schedule === undefined) throw validationError(`Schedule ${input.Schedule} in ${input.Timezone} is not valid.`);
    const now = this.#ports.clock.now();
    const name = input.ScheduledActionName;
    target.actions.set(name, {
      name,
      arn: `${this.#prefix()}:scheduledAction:${randomUUID()}:resource/ecs/${resourceId}:scheduledActionName/${name}`,
      input,
      schedule,
      createdAt: now,
      due: schedule.next(now),
    });
  }

  /** Throws `ObjectNotFoundException`. */
  deleteAction(resourceId: string, name: string): void {
    if (!this.get(resourceId).actions.delete(name))
      throw new AwsError("ObjectNotFoundException", `No scheduled action found: ${name}`);
  }

  /** Looks at the clock and the alarms, and scales what is due. */
  work(): void {
    for (const target of this.all()) {
      this.#keepSchedule(target);
      this.#follow(target);
    }
  }

  #keepSchedule(target: ScalableTarget): void {
    const now = this.#ports.clock.now();
    for (const action of target.actions.values()) {
      if (action.due === undefined || action.due > now) continue;
      action.due = action.schedule.next(now);
      const { MinCapacity = target.min, MaxCapacity = target.max } = action.input.ScalableTargetAction;
      Object.assign(target, { min: MinCapacity, max: Math.max(MinCapacity, MaxCapacity) });
      this.#hold(target);
    }
  }

  #follow(target: ScalableTarget): void {
    const { clock, services, alarms, periodSeconds } = this.#ports;
    const now = clock.now();
    for (const policy of target.policies.values()) {
      const service = services.read(target.resourceId);
      const [high, low] = [alarms.read(policy.alarms.high), alarms.read(policy.alarms.low)];
      if (service === undefined || high === undefined || low === undefined) continue;
      const isCount = policy.tracking.PredefinedMetricSpecification.PredefinedMetricType === "ALBRequestCountPerTarget";
      const perMinute = isCount ? 60 / periodSeconds : 1;
      const latest = high.latest && { ...high.latest, value: high.latest.value * perMinute };
      const signal = { high: high.inAlarm, low: low.inAlarm, latest };
      const wanted = wantedBy(policy, signal, { ...target, ...service }, now);
      if (wanted === undefined) continue;
      const out = wanted > service.desired;
      policy.scaled[out ? "out" : "in"] = now;
      const alarm = out ? policy.alarms.high : policy.alarms.low;
      this.#scale(target, wanted, `monitor alarm ${alarm} in state ALARM triggered policy ${policy.name}`);
    }
  }

  /** Brings a service within its bounds. */
  #hold(target: ScalableTarget): void {
    const { desired = target.min } = this.#ports.services.read(target.resourceId) ?? {};
    if (desired < target.min) this.#scale(target, target.min, `minimum capacity was set to ${target.min}`);
    else if (desired > target.max) this.#scale(target, target.max, `maximum capacity was set to ${target.max}`);
  }

  #scale({ resourceId }: ScalableTarget, count: number, cause: string): void {
    this.#ports.services.scale(resourceId, count);
    this.#activities.add(resourceId, count, cause, this.#ports.clock.now());
  }

  #prefix(): string {
    const { region, account } = this.#ports.place;
    return `arn:aws:autoscaling:${region}:${account}`;
  }
}
