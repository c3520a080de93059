import { AwsError } from "#endpoint/core/errors.ts";
import type { AsyncInvoker, Clock, EventBus, LatestValue, Place, TopicPublisher } from "#endpoint/core/ports.ts";
import {
  type Alarm,
  type AlarmState,
  type AnyDefinition,
  actionsFor,
  type CompositeAlarmDefinition,
  type MetricAlarmDefinition,
  type StateValue,
} from "./alarm.ts";
import { AlarmHistory } from "./alarm-history.ts";
import { alarmsIn, holds, parseRule } from "./composite-rule.ts";
import { samplesNeeded } from "./definition.ts";
import { type Datapoint, evaluate, evaluationRange } from "./evaluation.ts";
import type { Metrics } from "./metrics.ts";
import { eventDetail, functionPayload, type StateChange, topicMessage } from "./notification.ts";
import { datapointsOf, recentPeriods } from "./query.ts";
import { compositeReason, compositeReasonData, initialReason, reasonDataFor, reasonFor } from "./reason.ts";

export interface AlarmPorts {
  readonly place: Place;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly bus: EventBus;
  readonly topics: TopicPublisher;
  readonly functions: AsyncInvoker;
  readonly log: (line: string) => void;
}

/** Composite alarms may watch composite alarms; a circle of them ends here. */
const maxDepth = 32;

/** The alarms and their states. Every change of a state passes `#transition`, which notifies everyone. */
export class Alarms {
  readonly history = new AlarmHistory();
  readonly #listeners = new Set<(name: string) => void>();
  readonly #ports: AlarmPorts;
  readonly #alarms = new Map<string, Alarm>();

  constructor(ports: AlarmPorts) {
    this.#ports = ports;
  }

  /** Creates the alarm or replaces its definition; a metric alarm keeps the state it has. */
  put(definition: AnyDefinition, tags: Readonly<Record<string, string>> = {}): Alarm {
    const existing = this.#alarms.get(definition.name);
    const now = this.#ports.clock.now();
    if (existing !== undefined && existing.definition.kind !== definition.kind)
      throw new AwsError("ValidationError", `The alarm ${definition.name} exists with another type.`);
    if (definition.kind === "composite") this.#checkChildren(definition);
    const alarm: Alarm = existing ?? {
      arn: this.arnOf(definition.name),
      definition,
      configuredAt: now,
      state: { value: "INSUFFICIENT_DATA", reason: initialReason, updatedAt: now, transitionedAt: now },
      tags: new Map(),
    };
    alarm.definition = definition;
    alarm.configuredAt = now;
    for (const [key, value] of Object.entries(tags)) alarm.tags.set(key, value);
    this.#alarms.set(definition.name, alarm);
    this.history.recordConfiguration(alarm, existing === undefined ? "created" : "updated", now);
    if (definition.kind === "composite") {
      const occasion = existing === undefined ? "created" : "updated";
      this.#evaluateComposite(alarm, definition, { kind: occasion }, 0);
    }
    return alarm;
  }

  /** Deleting what is gone already succeeds. */
  delete(name: string): void {
    const alarm = this.#alarms.get(name);
    if (alarm === undefined) return;
    this.#alarms.delete(name);
    this.history.recordConfiguration(alarm, "deleted", this.#ports.clock.now());
  }

  find(nameOrArn: string): Alarm | undefined {
    return this.#alarms.get(nameOrArn.replace(/^arn:[^:]+:cloudwatch:[^:]*:[^:]*:alarm:/, ""));
  }

  /** Calls back after each change of a state; returns the unsubscribe function. */
  onChange(listener: (name: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Throws `ResourceNotFound`. */
  get(nameOrArn: string): Alarm {
    const alarm = this.find(nameOrArn);
    if (alarm === undefined) throw new AwsError("ResourceNotFound", `The alarm ${nameOrArn} does not exist.`, 404);
    return alarm;
  }

  all(): readonly Alarm[] {
    return [...this.#alarms.values()];
  }

  arnOf(name: string): string {
    const { region, account } = this.#ports.place;
    return `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
  }

  setActionsEnabled(name: string, enabled: boolean): void {
    const alarm = this.get(name);
    alarm.definition = { ...alarm.definition, actions: { ...alarm.definition.actions, enabled } };
  }

  /** By hand; the next evaluation may change it back. */
  setState(
    name: string,
    state: { readonly value: StateValue; readonly reason: string; readonly reasonData?: string },
  ): void {
    this.#move(this.get(name), state, [], 0);
  }

  /** Evaluates one metric alarm over what has been reported up to now. */
  evaluate(alarm: Alarm, definition: MetricAlarmDefinition): void {
    const { clock, metrics } = this.#ports;
    const now = clock.now();
    const { period, evaluationPeriods, datapointsToAlarm = evaluationPeriods } = definition;
    const periods = recentPeriods(now, period, evaluationRange(evaluationPeriods));
    const significantSamples = samplesNeeded(definition);
    const rule = {
      ...definition,
      datapointsToAlarm,
      ...(significantSamples !== undefined && { significantSamples }),
    };
    const datapoints = datapointsOf(metrics, definition.watched, periods);
    if (definition.treatMissingData === "breaching" && isYoungerThan(alarm, datapoints)) return;
    const verdict = evaluate(rule, datapoints);
    if (verdict === undefined) return;
    const reason = reasonFor(definition, verdict);
    this.#move(alarm, { value: verdict.state, reason, reasonData: reasonDataFor(definition, verdict, now) }, [], 0);
  }

  /** The newest datapoint of what an alarm watches, as it is evaluated. */
  latest({ definition }: Alarm): LatestValue | undefined {
    if (definition.kind === "composite") return undefined;
    const { clock, metrics } = this.#ports;
    const [newest] = datapointsOf(metrics, definition.watched, recentPeriods(clock.now(), definition.period, 1));
    return newest?.value === undefined ? undefined : { at: newest.at, value: newest.value };
  }

  #checkChildren(definition: CompositeAlarmDefinition): void {
    const missing = alarmsIn(parseRule(definition.rule)).filter((name) => this.find(name) === undefined);
    if (missing.length > 0)
      throw new AwsError(
        "ValidationError",
        `Could not save the composite alarm as alarms [${missing.join(", ")}] in the alarm rule do not exist`,
      );
  }

  #evaluateComposite(
    alarm: Alarm,
    definition: CompositeAlarmDefinition,
    occasion: { readonly kind: "created" | "updated" } | { readonly kind: "child"; readonly child: Alarm },
    depth: number,
  ): void {
    const rule = parseRule(definition.rule);
    // A child that was deleted meanwhile counts as one nothing is known about.
    const value = holds(rule, (name) => this.find(name)?.state.value ?? "INSUFFICIENT_DATA") ? "ALARM" : "OK";
    const triggers =
      occasion.kind === "child" ? [occasion.child] : alarmsIn(rule).flatMap((name) => this.find(name) ?? []);
    const reason =
      occasion.kind === "child"
        ? compositeReason(occasion.child)
        : `${alarm.arn} was ${occasion.kind} and its alarm rule evaluates to ${value}`;
    this.#move(alarm, { value, reason, reasonData: compositeReasonData(triggers) }, triggers, depth);
  }

  #move(
    alarm: Alarm,
    next: { readonly value: StateValue; readonly reason: string; readonly reasonData?: string },
    triggers: readonly Alarm[],
    depth: number,
  ): void {
    if (alarm.state.value === next.value) return;
    const now = this.#ports.clock.now();
    const from = alarm.state;
    const to: AlarmState = { ...next, updatedAt: now, transitionedAt: now };
    alarm.state = to;
    this.#publish({ alarm, from, to, triggers });
    for (const listener of [...this.#listeners]) listener(alarm.definition.name);
    if (depth >= maxDepth) {
      this.#ports.log(`cloudwatch: composite alarms around ${alarm.definition.name} watch each other in a circle`);
      return;
    }
    for (const other of this.all()) {
      const { definition } = other;
      if (definition.kind === "composite" && watches(definition, alarm))
        this.#evaluateComposite(other, definition, { kind: "child", child: alarm }, depth + 1);
    }
  }

  #publish(change: StateChange): void {
    const { alarm, to } = change;
    this.history.recordState(change);
    this.#ports.bus.put({
      source: "aws.cloudwatch",
      detailType: "CloudWatch Alarm State Change",
      resources: [alarm.arn],
      detail: eventDetail(change),
    });
    if (!alarm.definition.actions.enabled) return;
    for (const action of actionsFor(alarm.definition.actions, to.value)) void this.#act(action, change);
  }

  /** An action that fails is a line in the history and in the log; the state has changed nevertheless. */
  async #act(action: string, change: StateChange): Promise<void> {
    const { place, topics, functions, log, clock } = this.#ports;
    try {
      if (/^arn:[^:]+:sns:/.test(action)) await topics.publish(action, topicMessage(place, change), change.alarm.arn);
      else if (/^arn:[^:]+:lambda:/.test(action)) functions.enqueue(action, functionPayload(place, change));
      // Who keeps an alarm for its own policy follows its state.
      else if (!/^arn:[^:]+:autoscaling:/.test(action))
        throw new Error("not emulated: allowed are topics and functions");
      this.history.recordAction(change.alarm, action, undefined, clock.now());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.history.recordAction(change.alarm, action, reason, clock.now());
      log(`cloudwatch: action ${action} of ${change.alarm.definition.name} failed: ${reason}`);
    }
  }
}

function watches(definition: CompositeAlarmDefinition, alarm: Alarm): boolean {
  return alarmsIn(parseRule(definition.rule)).some((name) => name === alarm.definition.name || name === alarm.arn);
}

/**
 * On AWS a deploy takes longer than a period, so an alarm finds its service up when it is made. Here it takes seconds:
 * a period from before the alarm, when tasks were still starting, says nothing yet.
 */
function isYoungerThan({ configuredAt }: Alarm, [newest]: readonly Datapoint[]): boolean {
  return newest !== undefined && newest.at < configuredAt;
}
