import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import type { ParameterReader, SecretReader } from "#endpoint/core/ports.ts";
import { StartError } from "./start-error.ts";
import type { ContainerDefinition } from "./task-definitions.ts";

export interface SecretSources {
  readonly secrets: SecretReader;
  readonly parameters: ParameterReader;
}

const jsonObject = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()));

/** Resolves a container's `secrets` as its start does; a secret that cannot be read stops the task. */
export function resolveSecrets(container: ContainerDefinition, sources: SecretSources): Record<string, string> {
  return Object.fromEntries(container.secrets.map(({ name, valueFrom }) => [name, resolve(valueFrom, sources)]));
}

function resolve(valueFrom: string, sources: SecretSources): string {
  return /^arn:[^:]+:secretsmanager:/.test(valueFrom)
    ? resolveSecret(valueFrom, sources.secrets)
    : resolveParameter(valueFrom, sources.parameters);
}

/** `arn:aws:secretsmanager:<region>:<account>:secret:<name>[:<json key>:<version stage>:<version id>]` */
function resolveSecret(valueFrom: string, secrets: SecretReader): string {
  const parts = valueFrom.split(":");
  const secretId = parts.slice(0, 7).join(":");
  const [key, stage, id] = parts.slice(7);
  const value = attempt("secret from asm", `failed to fetch secret ${secretId} from secrets manager`, () =>
    secrets.read(secretId, { ...(stage ? { stage } : {}), ...(id ? { id } : {}) }),
  );
  return key ? pick(value, key, secretId) : value;
}

function pick(value: string, key: string, secretId: string): string {
  const parsed = v.safeParse(jsonObject, value);
  // The parser's own message would quote the secret.
  if (!parsed.success) throw unavailable("secret from asm", `the value of ${secretId} is not a JSON object`);
  const picked = parsed.output[key];
  if (picked === undefined)
    throw unavailable(
      "secret from asm",
      `retrieved secret from Secrets Manager did not contain json key ${key} (${secretId})`,
    );
  return typeof picked === "string" ? picked : JSON.stringify(picked);
}

/** A name, or an arn that writes `parameter/name` both for `name` and for `/name`. */
function resolveParameter(valueFrom: string, parameters: ParameterReader): string {
  const path = /^arn:[^:]+:ssm:[^:]*:[^:]*:parameter(\/.+)$/.exec(valueFrom)?.[1];
  const names = path === undefined ? [valueFrom] : [path, path.slice(1)];
  return attempt("secrets from ssm", `invalid ssm parameters: ${path ?? valueFrom}`, () =>
    readFirst(names, parameters),
  );
}

function readFirst(names: readonly string[], parameters: ParameterReader): string {
  const [name = "", ...others] = names;
  try {
    return parameters.read(name);
  } catch (error) {
    if (others.length === 0) throw error;
    return readFirst(others, parameters);
  }
}

function attempt(source: string, context: string, read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (error instanceof AwsError) throw unavailable(source, `${context}: ${error.code}: ${error.message}`);
    throw error;
  }
}

function unavailable(source: string, detail: string): StartError {
  return new StartError(
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: " +
      `unable to retrieve ${source}: service call has been retried 1 time(s): ${detail}`,
  );
}
