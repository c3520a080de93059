import * as v from "valibot";
import type { AlarmKeeper, AlarmStates, MetricSink } from "#endpoint/core/ports.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { accessOf } from "./access.ts";
import type { AnyDefinition } from "./alarm.ts";
import { Alarms } from "./alarms.ts";
import { Dashboards } from "./dashboards.ts";
import { metricAlarm, metricAlarmProperties } from "./definition.ts";
import type { CloudWatchPorts } from "./engine.ts";
import { evaluateForever, waitOf } from "./evaluator.ts";
import { Metrics } from "./metrics.ts";
import { operationsOf } from "./operations/index.ts";
import { quotas } from "./quotas.ts";
import { resourcesOf } from "./resources.ts";

export interface CloudWatch {
  readonly service: AwsService;
  readonly metrics: MetricSink;
  readonly alarms: AlarmStates;
  /** For services that keep alarms of their own. */
  readonly keeper: AlarmKeeper;
  stop(): Promise<void>;
}

/** What a composite alarm looks at is its children's states: it has no periods of its own. */
function rangeOf(definition: AnyDefinition): number {
  if (definition.kind !== "metric") return 0;
  return definition.period * definition.evaluationPeriods * 1_000 + waitOf(definition);
}

/** CloudWatch: metrics of the last seven hours, and alarms that are evaluated from the moment this is made. */
export function createCloudWatch(ports: CloudWatchPorts): CloudWatch {
  const { place, clock } = ports;
  const metrics = new Metrics();
  const alarms = new Alarms({ ...ports, metrics });
  const engine = { clock, metrics, alarms, dashboards: new Dashboards(place, clock) };
  const stopped = new AbortController();
  const evaluation = evaluateForever(alarms, ports, stopped.signal);
  const stop = async () => {
    stopped.abort();
    await evaluation;
  };
  return {
    service: {
      signingName: "monitoring",
      protocol: { kind: "query", namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/" },
      operations: operationsOf(engine),
      quotas,
      resources: resourcesOf(engine),
      ...accessOf(engine),
      stop,
    },
    metrics,
    alarms: {
      read(name) {
        const alarm = alarms.find(name);
        // Who asks wants to know how it stands now, not at the last look.
        if (alarm?.definition.kind === "metric") alarms.evaluate(alarm, alarm.definition);
        return alarm && { inAlarm: alarm.state.value === "ALARM", rangeMs: rangeOf(alarm.definition) };
      },
      onChange: (listener) => alarms.onChange(listener),
    },
    keeper: {
      put: (alarm) => void alarms.put(metricAlarm(v.parse(metricAlarmProperties, alarm))),
      delete: (name) => alarms.delete(name),
      read(name) {
        const alarm = alarms.find(name);
        return alarm && { inAlarm: alarm.state.value === "ALARM", latest: alarms.latest(alarm) };
      },
    },
    stop,
  };
}
