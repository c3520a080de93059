import * as v from "valibot";
import { physicalName } from "../../endpoint/physical-name.ts";
import { jsonDocument, parseProperties, tagList, tagsOf } from "../../endpoint/properties.ts";
import type { ResourceContext, ResourceProvider } from "../../endpoint/service.ts";
import type { AnyDefinition } from "./alarm.ts";
import type { AlarmRegistry } from "./alarm-registry.ts";
import type { Dashboards } from "./dashboard-operations.ts";
import { compositeAlarm, compositeAlarmProperties, metricAlarm, metricAlarmProperties } from "./definition.ts";
import { compositeAlarmForWire, metricAlarmForWire } from "./wire.ts";

type Read = (properties: object, context: ResourceContext) => AnyDefinition;

/** `AWS::CloudWatch::Alarm`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
export function alarmProvider(alarms: AlarmRegistry): ResourceProvider {
  return provider(alarms, (properties, context) =>
    metricAlarm(parseProperties(metricAlarmProperties, { ...properties }, context)),
  );
}

/** `AWS::CloudWatch::CompositeAlarm`; `Ref` is the name, as with a metric alarm. */
export function compositeAlarmProvider(alarms: AlarmRegistry): ResourceProvider {
  return provider(alarms, (properties, context) =>
    compositeAlarm(parseProperties(compositeAlarmProperties, { ...properties }, context)),
  );
}

export function dashboardProvider(dashboards: Dashboards): ResourceProvider {
  const body = v.object({ DashboardBody: jsonDocument });
  return {
    replaceOn: ["DashboardName"],
    async create(properties, context) {
      const given = properties.DashboardName;
      const name = typeof given === "string" ? given : physicalName(context, 255);
      dashboards.put(name, parseProperties(body, properties, context).DashboardBody);
      return { physicalId: name, attributes: {} };
    },
    async update(current, properties, _previous, context) {
      dashboards.put(current.physicalId, parseProperties(body, properties, context).DashboardBody);
      return current;
    },
    async delete(current) {
      dashboards.delete(current.physicalId);
    },
  };
}

/** `AWS::CloudWatch::AnomalyDetector` is a record: nothing here learns a band. */
export const anomalyDetectorProvider: ResourceProvider = {
  replaceOn: [],
  inert: true,
  async create(_properties, context) {
    const id = physicalName(context, 255);
    return { physicalId: id, attributes: { Id: id } };
  },
  async update(current) {
    return current;
  },
  async delete() {},
};

function provider(alarms: AlarmRegistry, read: Read): ResourceProvider {
  const put = (name: string, properties: Readonly<Record<string, unknown>>, context: ResourceContext) => {
    const { Tags } = parseProperties(v.object({ Tags: v.optional(tagList) }), properties, context);
    const definition = read({ ...properties, AlarmName: name }, context);
    const { arn } = alarms.put(definition, tagsOf(Tags, context));
    return { physicalId: name, attributes: { Arn: arn } };
  };
  return {
    replaceOn: ["AlarmName"],
    async create(properties, context) {
      const given = properties.AlarmName;
      return put(typeof given === "string" ? given : physicalName(context, 255), properties, context);
    },
    async update(current, properties, _previous, context) {
      return put(current.physicalId, properties, context);
    },
    async delete(current) {
      alarms.delete(current.physicalId);
    },
    read({ physicalId }) {
      const alarm = alarms.find(physicalId);
      if (alarm === undefined) return undefined;
      const { definition } = alarm;
      return definition.kind === "metric"
        ? metricAlarmForWire(alarm, definition)
        : compositeAlarmForWire(alarm, definition);
    },
  };
}
