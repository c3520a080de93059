import type { FleetDefinition, ServiceDefinition } from "#fleet";
import { ofAws } from "#fleet/checks/variable.ts";
import { UsageError } from "../failure.ts";
import { openOf, variableOf, variablesAmong } from "./argument.ts";
import { type Blank, blanksOf, filled, isSecret, labelOf, type Values } from "./input.ts";
import { type LoginKind, loginOf } from "./login.ts";
import { fromFlag, type Published, runningOf } from "./running.ts";
import type { Package, PackageArgument, PackageInput } from "./server-json.ts";

/** An entry that is yet to be written. */
export interface Draft {
  readonly key: string;
  readonly entry: ServiceDefinition;
  readonly secret: SecretDraft | undefined;
  readonly dockerfile: readonly string[] | undefined;
  /** What a person has to fill in: the server does not work without it. */
  readonly open: readonly string[];
  /** What the server could have, and the entry has not. */
  readonly leftOut: readonly string[];
}

/** The secret that an entry needs. */
export interface SecretDraft {
  readonly name: string;
  /** What each of its keys is. */
  readonly keys: Readonly<Record<string, string>>;
  /** Values that were given by now. Never print them. */
  readonly given: Values;
}

export interface DraftOptions {
  /** What its key is made from. */
  readonly name: string;
  readonly login: LoginKind;
  readonly port: number | undefined;
  readonly values: Values;
  readonly published: Published | undefined;
}

/** What is left to fill in of a package, each once. */
export function blanksIn(found: Package): readonly Blank[] {
  const blanks = inputsOf(found).flatMap(({ input }) => blanksOf(input));
  return blanks.filter(({ name }, at) => blanks.findIndex((one) => one.name === name) === at);
}

/** @throws {UsageError | Failure} for a server that no entry can run */
export function draftOf(map: FleetDefinition, found: Package, options: DraftOptions): Draft {
  const { values, port, published } = options;
  const key = keyOf(map, options.name);
  const host = key.replaceAll("_", "-");
  const inputs = inputsOf(found);
  const secret = secretOf(map, host, inputs, values);
  const plain = inputs.flatMap(({ input, variable }) => {
    const value = variable === undefined || isSecret(input) ? undefined : filled(input, values);
    return variable === undefined || value === undefined ? [] : [[variable, value] as const];
  });
  const { fields, dockerfile } = runningOf(map, found, {
    host,
    login: loginOf(map, options.login),
    port,
    values,
    published,
  });
  const { image, entryPoint, command, healthPath, healthCodes, sidecar, local } = fields;
  const without = (isWanted: boolean) =>
    inputs
      .filter(({ input, variable = "" }) => !(isSecret(input) && Object.hasOwn(secret?.keys ?? {}, variable)))
      .filter(({ input }) => (input.isRequired ?? false) === isWanted && filled(input, values) === undefined)
      .flatMap(({ input }) => blanksOf(input).map(openOf));
  return {
    key,
    entry: {
      host,
      image,
      ...(entryPoint && { entryPoint }),
      ...(command && { command }),
      port: fields.port,
      cpu: 256,
      memory: 512,
      ...(healthPath && { healthPath }),
      ...(healthCodes && { healthCodes }),
      ...(plain.length > 0 && { environment: Object.fromEntries(plain) }),
      ...(secret && { secrets: [secret.name] }),
      ...(sidecar && { sidecar }),
      ...(map.audit !== undefined && { audit: { source: `mcp-${host}` } }),
      ...(local && { local }),
    },
    secret,
    dockerfile,
    open: without(true),
    leftOut: [...without(false), ...notPassed(found)],
  };
}

interface Taken {
  readonly input: PackageInput | PackageArgument;
  /** The variable of the container that has its value; an argument has one only for a secret. */
  readonly variable: string | undefined;
}

/** Everything that the server of a package takes; its port is the fleet's. */
function inputsOf({ registryType, runtimeArguments, packageArguments, environmentVariables }: Package) {
  const told = registryType === "oci" ? variablesAmong(runtimeArguments) : [];
  const variables = [...told, ...environmentVariables].filter(({ name }) => name !== "PORT" && !isOfTask(name));
  return [
    ...variables.map((input): Taken => ({ input, variable: input.name })),
    ...packageArguments.map((input): Taken => ({ input, variable: isSecret(input) ? variableOf(input) : undefined })),
  ];
}

/** A task has a role in place of a profile or keys. */
const isOfTask = (name: string) => ofAws.test(name);

/** What its makers tell npx or docker, and what they want clients to send. */
function notPassed({ registryType, runtimeArguments, environmentVariables, transport }: Package): readonly string[] {
  const known = new Set(registryType === "oci" ? variablesAmong(runtimeArguments).map(({ value }) => value) : []);
  const usual = /^(?:-y|--yes|-i|--rm|-p|--publish|-e|--env|run)$/;
  return [
    ...runtimeArguments
      .filter(
        ({ value, name }) =>
          !known.has(value) && !usual.test(name ?? value ?? "") && !fromFlag.test(name ?? value ?? ""),
      )
      .map(
        (one) =>
          `${one.name ?? one.value ?? labelOf(one)}, which is for ${registryType === "oci" ? "docker" : "the command that fetches it"}`,
      ),
    ...environmentVariables
      .filter(({ name }) => isOfTask(name))
      .map(({ name }) => `${name}: a task has a role for that, whose statements are the entry's permissions`),
    ...transport.headers.map(({ name }) => `the header ${name} of its clients, which the sidecar does not pass on`),
  ];
}

function keyOf(map: FleetDefinition, name: string): string {
  const key = name
    .toLowerCase()
    .replace(/^[^a-z]+/, "")
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replace(/_+$/, "");
  if (key === "") throw new UsageError(`${name} is no key of the map: name one with --key, such as --key notes.`);
  if (Object.hasOwn(map.services, key)) {
    throw new UsageError(
      `services.${key} is there already: name another with --key, or remove it: fleet remove ${key}`,
    );
  }
  return key;
}

/** What its makers call optional is a key of it only with a value: a placeholder would be taken for one. */
function secretOf(
  map: FleetDefinition,
  host: string,
  inputs: readonly Taken[],
  values: Values,
): SecretDraft | undefined {
  const keys: [string, string][] = [];
  const given: [string, string][] = [];
  for (const { input, variable } of inputs) {
    if (variable === undefined || !isSecret(input)) continue;
    const value = filled(input, values);
    const isOptional = "type" in input ? input.isRequired !== true : input.isRequired === false;
    if (value === undefined && isOptional) continue;
    keys.push([variable, input.description?.replaceAll(/\s+/g, " ").trim() ?? ""]);
    if (value !== undefined) given.push([variable, value]);
  }
  if (keys.length === 0) return undefined;
  return { name: freeName(map, host), keys: Object.fromEntries(keys), given: Object.fromEntries(given) };
}

function freeName({ secrets }: FleetDefinition, host: string): string {
  if (!Object.hasOwn(secrets, host)) return host;
  for (let number = 2; ; number++) if (!Object.hasOwn(secrets, `${host}-${number}`)) return `${host}-${number}`;
}
