import { randomUUID } from "node:crypto";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Place } from "#endpoint/core/ports.ts";
import type { CodePackage } from "./code.ts";
import type { Configuration } from "./configuration.ts";

/** One version of a function: `$LATEST`, or a number that never changes again. */
export interface FunctionVersion {
  readonly functionName: string;
  readonly version: string;
  readonly arn: string;
  readonly configuration: Configuration;
  readonly code: CodePackage;
  readonly lastModified: number;
  /** New with every change: environments of an older revision take no more work. */
  readonly revisionId: string;
}

export interface Alias {
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly description: string;
  readonly revisionId: string;
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal: Readonly<Record<string, string>> | string;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** How asynchronous invocations of a function are retried and where they end. */
export interface EventInvokeConfig {
  readonly lastModified: number;
  readonly maximumRetryAttempts?: number;
  readonly maximumEventAgeInSeconds?: number;
  readonly onSuccess?: string;
  readonly onFailure?: string;
}

export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  latest: FunctionVersion;
  reservedConcurrency: number | undefined;
  readonly versions: Map<string, FunctionVersion>;
  readonly aliases: Map<string, Alias>;
  readonly eventInvokeConfigs: Map<string, EventInvokeConfig>;
  readonly tags: Map<string, string>;
  readonly policy: Map<string, Statement>;
}

/** A function as a request names it, and the version that its qualifier leads to. */
export interface Resolved {
  readonly fn: LambdaFunction;
  readonly version: FunctionVersion;
  readonly qualifier: string | undefined;
}

const NAME = /^(?:arn:[^:]+:lambda:[^:]*:)?(?:\d{12}:)?(?:function:)?([A-Za-z0-9_-]+)(?::(\$LATEST|[A-Za-z0-9_-]+))?$/;

/** A name, a partial ARN or an ARN, each with or without a version or alias. */
export function parseFunctionName(text: string): { readonly name: string; readonly qualifier: string | undefined } {
  const [, name, qualifier] = NAME.exec(text) ?? [];
  if (name === undefined) {
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
    );
  }
  return { name, qualifier };
}

export interface Functions {
  create(
    name: string,
    configuration: Configuration,
    code: CodePackage,
    tags: Readonly<Record<string, string>>,
  ): LambdaFunction;
  /** Throws `ResourceNotFoundException`. */
  resolve(nameOrArn: string, qualifier?: string): Resolved;
  change(fn: LambdaFunction, change: { configuration?: Configuration; code?: CodePackage }): FunctionVersion;
  publish(fn: LambdaFunction, description?: string): FunctionVersion;
  delete(fn: LambdaFunction): void;
  list(): readonly LambdaFunction[];
}

export function createFunctions(place: Place, now: () => number): Functions {
  const functions = new Map<string, LambdaFunction>();
  const arnOf = (name: string) => `arn:aws:lambda:${place.region}:${place.account}:function:${name}`;

  return {
    create(name, configuration, code, tags) {
      if (functions.has(name)) throw new AwsError("ResourceConflictException", `Function already exist: ${name}`, 409);
      const arn = arnOf(name);
      const fn: LambdaFunction = {
        name,
        arn,
        latest: {
          functionName: name,
          version: "$LATEST",
          arn,
          configuration,
          code,
          lastModified: now(),
          revisionId: randomUUID(),
        },
        reservedConcurrency: undefined,
        versions: new Map(),
        aliases: new Map(),
        eventInvokeConfigs: new Map(),
        tags: new Map(Object.entries(tags)),
        policy: new Map(),
      };
      functions.set(name, fn);
      return fn;
    },
    resolve(nameOrArn, qualifier) {
      const parsed = parseFunctionName(nameOrArn);
      const wanted = qualifier ?? parsed.qualifier;
      const fn = functions.get(parsed.name);
      const version = fn && versionOf(fn, wanted);
      if (fn === undefined || version === undefined) {
        const arn = arnOf(parsed.name) + (wanted === undefined ? "" : `:${wanted}`);
        throw new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
      }
      return { fn, version, qualifier: wanted };
    },
    change(fn, change) {
      fn.latest = { ...fn.latest, ...change, lastModified: now(), revisionId: randomUUID() };
      return fn.latest;
    },
    publish(fn, description) {
      const newest = [...fn.versions.values()].at(-1);
      if (newest !== undefined && sameContent(newest, fn.latest)) return newest;
      const version = String(fn.versions.size === 0 ? 1 : Number(newest?.version) + 1);
      const configuration =
        description === undefined ? fn.latest.configuration : { ...fn.latest.configuration, Description: description };
      const published = { ...fn.latest, configuration, version, arn: `${fn.arn}:${version}`, revisionId: randomUUID() };
      fn.versions.set(version, published);
      return published;
    },
    delete(fn) {
      functions.delete(fn.name);
    },
    list: () => [...functions.values()],
  };
}

function versionOf(fn: LambdaFunction, qualifier: string | undefined): FunctionVersion | undefined {
  if (qualifier === undefined || qualifier === "$LATEST") return fn.latest;
  return fn.versions.get(fn.aliases.get(qualifier)?.version ?? qualifier);
}

/** Lambda publishes no new version of what has not changed since the last one. */
function sameContent(published: FunctionVersion, latest: FunctionVersion): boolean {
  return (
    published.code.sha256 === latest.code.sha256 &&
    JSON.stringify({ ...published.configuration, Description: "" }) ===
      JSON.stringify({ ...latest.configuration, Description: "" })
  );
}
