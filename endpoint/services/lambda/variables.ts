import type { CredentialIssuer, Place } from "#endpoint/core/ports.ts";
import { logGroupOf } from "./environment.ts";
import type { FunctionVersion } from "./functions.ts";

export interface VariablesOptions {
  readonly place: Place;
  readonly credentials: CredentialIssuer;
  /** Such as `NODE_EXTRA_CA_CERTS`, for the local certificate authority. */
  readonly extraEnvironment: Readonly<Record<string, string>>;
}

/**
 * What a function finds in its environment: the variables AWS reserves, those of its configuration, and the way back
 * to this endpoint. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function functionVariables(
  { place, credentials, extraEnvironment }: VariablesOptions,
  version: FunctionVersion,
  runtimeApi: string,
  logStream: string,
): Readonly<Record<string, string>> {
  const { configuration } = version;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials.issue(configuration.Role, version.functionName);
  return {
    PATH: "/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    // The SDK must find no profile of the operator's.
    HOME: version.code.folder,
    AWS_ENDPOINT_URL: place.endpointUrl,
    ...extraEnvironment,
    ...configuration.Environment?.Variables,
    _HANDLER: configuration.Handler ?? "index.handler",
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.Runtime ?? ""}`,
    AWS_LAMBDA_FUNCTION_NAME: version.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.MemorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_FORMAT: configuration.LoggingConfig.LogFormat,
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(version),
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    LAMBDA_TASK_ROOT: version.code.folder,
    LAMBDA_RUNTIME_DIR: "/var/runtime",
  };
}
