import * as v from "valibot";
import type { MetricSink } from "../../endpoint/ports.ts";
import type { AwsService } from "../../endpoint/service.ts";
import { alarmOperations } from "./alarm-operations.ts";
import { type AlarmPorts, AlarmRegistry } from "./alarm-registry.ts";
import { Dashboards } from "./dashboard-operations.ts";
import { evaluateForever } from "./evaluator.ts";
import { metricOperations } from "./metric-operations.ts";
import { MetricStore } from "./metric-store.ts";
import { alarmProvider, anomalyDetectorProvider, compositeAlarmProvider, dashboardProvider } from "./resources.ts";

export interface CloudWatch {
  readonly service: AwsService;
  readonly metrics: MetricSink;
  stop(): Promise<void>;
}

/** CloudWatch: metrics of the last three hours, and alarms that are evaluated from the moment this is made. */
export function createCloudWatch(ports: Omit<AlarmPorts, "store">): CloudWatch {
  const store = new MetricStore();
  const alarms = new AlarmRegistry({ ...ports, store });
  const dashboards = new Dashboards(ports.place, ports.clock);
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
      operations: { ...metricOperations(store, ports.clock), ...alarmOperations(alarms), ...dashboards.operations() },
      resources: {
        "AWS::CloudWatch::Alarm": alarmProvider(alarms),
        "AWS::CloudWatch::CompositeAlarm": compositeAlarmProvider(alarms),
        "AWS::CloudWatch::Dashboard": dashboardProvider(dashboards),
        "AWS::CloudWatch::AnomalyDetector": anomalyDetectorProvider,
      },
      resourceOf(_operation, input) {
        const named = v.safeParse(v.object({ AlarmName: v.string() }), input);
        return named.success ? alarms.arnOf(named.output.AlarmName) : undefined;
      },
      stop,
    },
    metrics: store,
    stop,
  };
}
