import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { physicalName } from "#endpoint/core/physical-name.ts";
import { numeric, parseProperties, tagList, tagsOf } from "#endpoint/core/properties.ts";
import type { Properties, ResourceContext, ResourceProvider, Resources } from "#endpoint/core/service.ts";
import type { LogsEngine } from "./engine.ts";
import type { LogGroup } from "./log-group.ts";
import type { MetricFilter, MetricFilters } from "./metric-filters.ts";
import { checkRetention } from "./operations/groups.ts";

export function resourcesOf(engine: LogsEngine): Resources {
  const { filters } = engine;
  return {
    "AWS::Logs::LogGroup": logGroupResource(engine),
    "AWS::Logs::MetricFilter": metricFilterResource(filters),
    "AWS::Logs::ResourcePolicy": resourcePolicyResource(),
  };
}

const logGroupSchema = v.object({
  LogGroupName: v.optional(v.string()),
  RetentionInDays: v.optional(numeric),
  KmsKeyId: v.optional(v.string()),
  Tags: v.optional(tagList),
});

function logGroupResource({ groups, keys, place }: LogsEngine): ResourceProvider {
  const configure = (group: LogGroup, properties: Properties, context: ResourceContext) => {
    const { RetentionInDays: days, KmsKeyId, Tags } = parseProperties(logGroupSchema, properties, context);
    group.kmsKeyId = KmsKeyId;
    group.retentionInDays = days === undefined ? undefined : checkRetention(days);
    group.tags = tagsOf(Tags, context);
    return { physicalId: group.name, attributes: { Arn: `${group.arn}:*` } };
  };
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
  const checkKey = (name: string, properties: Properties, context: ResourceContext) => {
    const { KmsKeyId } = parseProperties(logGroupSchema, properties, context);
    const arn = `arn:aws:logs:${place.region}:${place.account}:log-group:${name}`;
    const encryption = { "kms:EncryptionContext:aws:logs:arn": arn };
    if (
      KmsKeyId !== undefined &&
      keys?.letsService(KmsKeyId, `logs.${place.region}.amazonaws.com`, encryption) === false
    )
      throw new AwsError(
        "InvalidParameterException",
        `The specified KMS key does not exist or is not allowed to be used with Arn '${arn}'`,
      );
  };
  return {
    replaceOn: ["LogGroupName"],
    async create(properties, context) {
      const { LogGroupName = physicalName(context, 512) } = parseProperties(logGroupSchema, properties, context);
      checkKey(LogGroupName, properties, context);
      return configure(groups.create(LogGroupName), properties, context);
    },
    async update(current, properties, _previous, context) {
      checkKey(current.physicalId, properties, context);
      return configure(groups.get(current.physicalId), properties, context);
    },
    async delete(current) {
      if (groups.list().some(({ name }) => name === current.physicalId)) groups.delete(current.physicalId);
    },
    read({ physicalId }) {
      const group = groups.list().find(({ name }) => name === physicalId);
      return group && { LogGroupName: group.name, RetentionInDays: group.retentionInDays };
    },
  };
}

const metricFilterProperties = v.object({
  FilterName: v.optional(v.string()),
  LogGroupName: v.string(),
  FilterPattern: v.string(),
  MetricTransformations: v.array(
    v.object({
      MetricName: v.string(),
      MetricNamespace: v.string(),
      MetricValue: v.string(),
      DefaultValue: v.optional(numeric),
      Unit: v.optional(v.string()),
    }),
  ),
});

function metricFilterResource(filters: MetricFilters): ResourceProvider {
  const put = (name: string, properties: Properties, context: ResourceContext) => {
    const input = parseProperties(metricFilterProperties, properties, context);
    const filter: MetricFilter = {
      filterName: name,
      logGroupName: input.LogGroupName,
      filterPattern: input.FilterPattern,
      metricTransformations: input.MetricTransformations.map((transformation) => ({
        metricName: transformation.MetricName,
        metricNamespace: transformation.MetricNamespace,
        metricValue: transformation.MetricValue,
        defaultValue: transformation.DefaultValue,
        unit: transformation.Unit,
      })),
    };
    filters.put(filter);
    return { physicalId: name, attributes: {} };
  };
  return {
    replaceOn: ["FilterName", "LogGroupName"],
    async create(properties, context) {
      const { FilterName } = parseProperties(metricFilterProperties, properties, context);
      return put(FilterName ?? physicalName(context, 512), properties, context);
    },
    update: async (current, properties, _previous, context) => put(current.physicalId, properties, context),
    async delete(current, properties, context) {
      const { LogGroupName } = parseProperties(metricFilterProperties, properties, context);
      filters.delete(LogGroupName, current.physicalId);
    },
  };
}

/** Says which AWS services may write logs; nothing here asks. */
function resourcePolicyResource(): ResourceProvider {
  const schema = v.object({ PolicyName: v.string() });
  return {
    inert: true,
    replaceOn: ["PolicyName"],
    async create(properties, context) {
      return { physicalId: parseProperties(schema, properties, context).PolicyName, attributes: {} };
    },
    update: async (current) => current,
    delete: async () => undefined,
  };
}
