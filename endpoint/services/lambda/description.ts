import { unlessEmpty } from "#endpoint/core/properties.ts";
import type { Alias, EventInvokeConfig, FunctionVersion, LambdaFunction } from "./functions.ts";

/** `FunctionConfiguration`: https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html */
export function describeVersion(version: FunctionVersion, qualifier?: string) {
  const { configuration, code } = version;
  const unqualified = version.arn.split(":").slice(0, 7).join(":");
  return {
    FunctionName: version.functionName,
    FunctionArn: qualifier === undefined ? version.arn : `${unqualified}:${qualifier}`,
    ...configuration,
    LoggingConfig: { LogGroup: `/aws/lambda/${version.functionName}`, ...configuration.LoggingConfig },
    Layers: unlessEmpty(configuration.Layers.map((Arn) => ({ Arn, CodeSize: 0 }))),
    CodeSize: code.size,
    CodeSha256: code.sha256,
    Version: version.version,
    // Lambda writes the zone without a colon.
    LastModified: new Date(version.lastModified).toISOString().replace("Z", "+0000"),
    RevisionId: version.revisionId,
    State: "Active",
    LastUpdateStatus: "Successful",
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
  };
}

export function describeAlias(alias: Alias) {
  return {
    AliasArn: alias.arn,
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    RevisionId: alias.revisionId,
  };
}

export function describeEventInvokeConfig(fn: LambdaFunction, qualifier: string, config: EventInvokeConfig) {
  return {
    FunctionArn: `${fn.arn}:${qualifier}`,
    LastModified: new Date(config.lastModified),
    MaximumRetryAttempts: config.maximumRetryAttempts,
    MaximumEventAgeInSeconds: config.maximumEventAgeInSeconds,
    DestinationConfig: {
      OnSuccess: config.onSuccess === undefined ? {} : { Destination: config.onSuccess },
      OnFailure: config.onFailure === undefined ? {} : { Destination: config.onFailure },
    },
  };
}
