import * as v from "valibot";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { jsonDocument, parseProperties, tagList, tagsOf } from "#endpoint/core/properties.ts";
import type { ResourceContext, ResourceProvider, Resources } from "#endpoint/core/service.ts";
import type { AnyDefinition } from "./alarm.ts";
import type { Alarms } from "./alarms.ts";
import type { Dashboards } from "./dashboards.ts";
import { compositeAlarm, compositeAlarmProperties, metricAlarm, metricAlarmProperties } from "./definition.ts";
import { describeCompositeAlarm, describeMetricAlarm } from "./description.ts";
import type { CloudWatchEngine } from "./engine.ts";

type Read = (properties: object, context: ResourceContext) => AnyDefinition;

export function resourcesOf({ alarms, dashboards }: CloudWatchEngine): Resources {
  return {
    "AWS::CloudWatch::Alarm": alarmResource(alarms),
    "AWS::CloudWatch::CompositeAlarm": compositeAlarmResource(alarms),
    "AWS::CloudWatch::Dashboard": dashboardResource(dashboards),
    "AWS::CloudWatch::AnomalyDetector": anomalyDetectorResource,
  };
}

/** `AWS::CloudWatch::Alarm`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
function alarmResource(alarms: Alarms): ResourceProvider {
  return provider(alarms, (properties, context) =>
    metricAlarm(parseProperties(metricAlarmProperties, { ...properties }, context)),
  );
}

/** `AWS::CloudWatch::CompositeAlarm`; `Ref` is the name, as with a metric alarm. */
function compositeAlarmResource(alarms: Alarms): ResourceProvider {
  return provider(alarms, (properties, context) =>
    compositeAlarm(parseProperties(compositeAlarmProperties, { ...properties }, context)),
  );
}

function dashboardResource(dashboards: Dashboards): ResourceProvider {
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
const anomalyDetectorResource: ResourceProvider = {
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

function provider(alarms: Alarms, read: Read): ResourceProvider {
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
        ? describeMetricAlarm(alarm, definition)
        : describeCompositeAlarm(alarm, definition);
    },
  };
}
