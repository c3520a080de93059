import * as v from "valibot";
import { numeric } from "#endpoint/core/properties.ts";

export const integer = (min: number, max: number) => v.pipe(numeric, v.integer(), v.minValue(min), v.maxValue(max));

/** CloudFormation turns a number or a boolean of a template into text. */
const variable = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));

const arn = v.pipe(v.string(), v.startsWith("arn:"));

/** The part of a function that a version freezes, with the field names that the API and CloudFormation share. */
const fields = {
  Description: v.pipe(v.string(), v.maxLength(256)),
  Handler: v.pipe(v.string(), v.maxLength(128)),
  Runtime: v.string(),
  Role: arn,
  Timeout: integer(1, 900),
  MemorySize: integer(128, 10_240),
  Environment: v.object({ Variables: v.optional(v.record(v.string(), variable), {}) }),
  Layers: v.array(v.string()),
  Architectures: v.array(v.picklist(["x86_64", "arm64"])),
  PackageType: v.picklist(["Zip", "Image"]),
  DeadLetterConfig: v.object({ TargetArn: v.optional(v.string()) }),
  TracingConfig: v.object({ Mode: v.picklist(["Active", "PassThrough"]) }),
  EphemeralStorage: v.object({ Size: integer(512, 10_240) }),
  LoggingConfig: v.object({
    LogFormat: v.optional(v.picklist(["Text", "JSON"]), "Text"),
    LogGroup: v.optional(v.string()),
    ApplicationLogLevel: v.optional(v.string()),
    SystemLogLevel: v.optional(v.string()),
  }),
  VpcConfig: v.object({
    SubnetIds: v.optional(v.array(v.string()), []),
    SecurityGroupIds: v.optional(v.array(v.string()), []),
  }),
};

/** A new function: defaults as AWS fills them in. https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export const newConfiguration = v.object({
  Description: v.optional(fields.Description, ""),
  Handler: v.optional(fields.Handler),
  Runtime: v.optional(fields.Runtime),
  Role: fields.Role,
  Timeout: v.optional(fields.Timeout, 3),
  MemorySize: v.optional(fields.MemorySize, 128),
  Environment: v.optional(fields.Environment),
  Layers: v.optional(fields.Layers, []),
  Architectures: v.optional(fields.Architectures, ["x86_64"]),
  PackageType: v.optional(fields.PackageType, "Zip"),
  DeadLetterConfig: v.optional(fields.DeadLetterConfig),
  TracingConfig: v.optional(fields.TracingConfig, { Mode: "PassThrough" }),
  EphemeralStorage: v.optional(fields.EphemeralStorage, { Size: 512 }),
  LoggingConfig: v.optional(fields.LoggingConfig, { LogFormat: "Text" }),
  VpcConfig: v.optional(fields.VpcConfig),
});
export type Configuration = v.InferOutput<typeof newConfiguration>;

/** What `UpdateFunctionConfiguration` may name; what it leaves out stays. */
export const configurationChange = v.partial(
  v.object({
    Description: fields.Description,
    Handler: fields.Handler,
    Runtime: fields.Runtime,
    Role: fields.Role,
    Timeout: fields.Timeout,
    MemorySize: fields.MemorySize,
    Environment: fields.Environment,
    Layers: fields.Layers,
    DeadLetterConfig: fields.DeadLetterConfig,
    TracingConfig: fields.TracingConfig,
    EphemeralStorage: fields.EphemeralStorage,
    LoggingConfig: fields.LoggingConfig,
    VpcConfig: fields.VpcConfig,
  }),
);
export type ConfigurationChange = v.InferOutput<typeof configurationChange>;

export const functionName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/));
export const tags = v.record(v.string(), v.string());
