import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag } from "#endpoint/core/properties.ts";
import { parsePattern } from "#endpoint/services/events/pattern.ts";
import { integer } from "./configuration.ts";

const sourceArn = v.pipe(v.string(), v.regex(/^arn:[^:]+:sqs:/, "only SQS queues are polled by the local endpoint"));

const settings = {
  BatchSize: integer(1, 10_000),
  MaximumBatchingWindowInSeconds: integer(0, 300),
  Enabled: flag,
  FunctionResponseTypes: v.array(v.literal("ReportBatchItemFailures")),
  ScalingConfig: v.object({ MaximumConcurrency: v.optional(integer(2, 1_000)) }),
  FilterCriteria: v.object({ Filters: v.optional(v.array(v.object({ Pattern: v.optional(v.string()) })), []) }),
};

export const newMapping = v.object({
  EventSourceArn: sourceArn,
  FunctionName: v.string(),
  BatchSize: v.optional(settings.BatchSize, 10),
  MaximumBatchingWindowInSeconds: v.optional(settings.MaximumBatchingWindowInSeconds, 0),
  Enabled: v.optional(settings.Enabled, true),
  FunctionResponseTypes: v.optional(settings.FunctionResponseTypes, []),
  ScalingConfig: v.optional(settings.ScalingConfig, {}),
  FilterCriteria: v.optional(settings.FilterCriteria, { Filters: [] }),
});
export const mappingChange = v.partial(v.object({ FunctionName: v.string(), ...settings }));
export type MappingSettings = v.InferOutput<typeof newMapping>;

export interface EventSourceMapping {
  readonly uuid: string;
  readonly arn: string;
  readonly functionArn: string;
  readonly settings: MappingSettings;
  readonly lastModified: number;
  readonly lastResult: string;
}

export interface Mappings {
  create(settings: MappingSettings, functionArn: string): EventSourceMapping;
  /** Throws `ResourceNotFoundException`. */
  get(uuid: string): EventSourceMapping;
  change(uuid: string, change: Partial<MappingSettings>, functionArn?: string): EventSourceMapping;
  delete(uuid: string): EventSourceMapping;
  list(): readonly EventSourceMapping[];
  record(uuid: string, lastResult: string): void;
}

export function createMappings(arnPrefix: string, now: () => number): Mappings {
  const mappings = new Map<string, EventSourceMapping>();
  const get = (uuid: string) => {
    const mapping = mappings.get(uuid);
    if (mapping !== undefined) return mapping;
    throw new AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404);
  };
  const put = (mapping: EventSourceMapping) => {
    mappings.set(mapping.uuid, mapping);
    return mapping;
  };
  return {
    get,
    create(settings, functionArn) {
      assertWindow(settings);
      assertFilters(settings);
      const twin = [...mappings.values()].find(
        (one) => one.functionArn === functionArn && one.settings.EventSourceArn === settings.EventSourceArn,
      );
      if (twin !== undefined) {
        throw new AwsError(
          "ResourceConflictException",
          `An event source mapping with SQS arn (" ${settings.EventSourceArn} ") and function (" ${settings.FunctionName} ") already exists. Please update or delete the existing mapping with UUID ${twin.uuid}`,
          409,
        );
      }
      const uuid = randomUUID();
      const arn = `${arnPrefix}:event-source-mapping:${uuid}`;
      return put({ uuid, arn, functionArn, settings, lastModified: now(), lastResult: "No records processed" });
    },
    change(uuid, change, functionArn) {
      const current = get(uuid);
      const settings = { ...current.settings, ...change };
      assertWindow(settings);
      assertFilters(settings);
      return put({ ...current, settings, functionArn: functionArn ?? current.functionArn, lastModified: now() });
    },
    delete(uuid) {
      const mapping = get(uuid);
      mappings.delete(uuid);
      return mapping;
    },
    list: () => [...mappings.values()],
    record(uuid, lastResult) {
      const mapping = mappings.get(uuid);
      if (mapping !== undefined) mappings.set(uuid, { ...mapping, lastResult });
    },
  };
}

function assertFilters({ FilterCriteria }: MappingSettings): void {
  try {
    for (const { Pattern = "" } of FilterCriteria.Filters) parsePattern(Pattern);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError("InvalidParameterValueException", `Invalid filter pattern definition. ${error.message}`);
  }
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
function assertWindow({ BatchSize, MaximumBatchingWindowInSeconds }: MappingSettings): void {
  if (BatchSize <= 10 || MaximumBatchingWindowInSeconds > 0) return;
  throw new AwsError(
    "InvalidParameterValueException",
    "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
  );
}

export function describeMapping(mapping: EventSourceMapping, state?: string) {
  const { FunctionName: _, Enabled, ...settings } = mapping.settings;
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: mapping.arn,
    FunctionArn: mapping.functionArn,
    ...settings,
    LastModified: new Date(mapping.lastModified),
    LastProcessingResult: mapping.lastResult,
    State: state ?? (Enabled ? "Enabled" : "Disabled"),
    StateTransitionReason: "USER_INITIATED",
  };
}
