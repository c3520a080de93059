import type { FleetDefinition, ServiceDefinition } from "#fleet";
import { Failure } from "../failure.ts";
import { commandOf, type Word, wordsOf } from "./argument.ts";
import { filled, isSecret, labelOf, type Values } from "./input.ts";
import type { Login } from "./login.ts";
import type { Package, PackageInput } from "./server-json.ts";

/** What of an entry says how its server runs. */
type Fields = Pick<
  ServiceDefinition,
  "image" | "port" | "entryPoint" | "command" | "healthPath" | "healthCodes" | "sidecar" | "local"
>;

export interface Running {
  readonly fields: Fields;
  /** The image that has to be built, for a server that is put into the sidecar's. */
  readonly dockerfile: readonly string[] | undefined;
}

export interface RunningOptions {
  readonly host: string;
  readonly login: Login;
  readonly port: number | undefined;
  readonly values: Values;
  readonly published: Published | undefined;
}

/** What npm knows of a package. */
export interface Published {
  readonly version: string;
  /** What it installs; undefined where there is a choice. */
  readonly program: string | undefined;
}

/** @throws {Failure} for a server that no entry can run */
export function runningOf(map: FleetDefinition, found: Package, options: RunningOptions): Running {
  return found.registryType === "oci"
    ? { fields: runImage(found, options), dockerfile: undefined }
    : putIntoSidecar(map, found, options);
}

/** An image of its makers, that speaks HTTP. */
function runImage(found: Package, options: RunningOptions): Fields {
  const { identifier } = found;
  const { sidecar, words, ...place } = overHttp(found, options);
  const secret = found.packageArguments.find((one) => isSecret(one) && one.isRequired === true);
  if (secret !== undefined) {
    throw new Failure(
      `${identifier} takes a secret as an argument, ${labelOf(secret)}, which an image gets from a shell alone: write its entry by hand, with entryPoint: ["sh", "-c", "exec <program> ${labelOf(secret)} $NAME"], and a secret with the key NAME.`,
    );
  }
  const [first, ...others] = words.flatMap((word) => ("text" in word ? [word.text] : []));
  return {
    image: imageOf(found),
    ...(first !== undefined && { command: [first, ...others] as const }),
    ...place,
    sidecar,
  };
}

export function imageOf({ identifier, registryBaseUrl, version = "latest" }: Package): string {
  const host = URL.parse(registryBaseUrl ?? "")?.host ?? "docker.io";
  const isWhole = host === "docker.io" || /^[^/]*[.:][^/]*\//.test(identifier);
  return `${isWhole ? "" : `${host}/`}${identifier}${/[:@][^/]+$/.test(identifier) ? "" : `:${version}`}`;
}

/** A package that is put into an image on the sidecar's. */
function putIntoSidecar(map: FleetDefinition, found: Package, options: RunningOptions): Running {
  const { host, login, values, published } = options;
  const { identifier, registryType, transport } = found;
  const { program, extras, args } = launchOf(found);
  const ofNpm = registryType === "npm";
  const version = published?.version ?? found.version ?? "latest";
  const exact = `${identifier}${extras}${version === "latest" ? "" : `${ofNpm ? "@" : "=="}${version}`}`;
  const name = program ?? published?.program ?? identifier.slice(identifier.lastIndexOf("/") + 1).replace(/\[.*$/, "");
  const base = map.sidecar?.image ?? "";
  const here = ofNpm ? npxOf(exact, program) : ["uvx", ...(exact === name ? [] : ["--from", exact]), name];
  const image = base.replace(/\/[^/]+$/, `/${host}:${version.replace(/[^\w.-]/g, "-")}`);
  const dockerfile = [`FROM ${base}`, ofNpm ? `RUN npm install -g ${exact}` : `RUN uv tool install '${exact}'`];
  if (transport.type === "stdio") {
    const words = args.flatMap((one) => wordsOf(one, values));
    const stdio = commandOf([name], words);
    return {
      fields: { image, port: 8000, sidecar: { ...login, stdio }, local: { command: commandOf(here, words) } },
      dockerfile: [...dockerfile, `CMD ${JSON.stringify(stdio)}`],
    };
  }
  const { sidecar, words, ...place } = overHttp({ ...found, packageArguments: args }, options);
  const entryPoint = commandOf([name], words);
  return { fields: { image, entryPoint, ...place, sidecar, local: { command: commandOf(here, words) } }, dockerfile };
}

function npxOf(exact: string, program: string | undefined): readonly string[] {
  return ["npx", "-y", ...(program === undefined ? [exact] : ["--package", exact, program])];
}

/** `uvx --from notes[mcp] notes-mcp`: which of a package's programs it is, with the first of its arguments. */
function launchOf({ runtimeArguments, packageArguments }: Package) {
  const from = runtimeArguments.find(({ name, value = "" }) => fromFlag.test(name ?? value));
  const [first, ...rest] = packageArguments;
  const program = from !== undefined && first?.type === "positional" ? first.value : undefined;
  if (program === undefined) return { program, extras: "", args: packageArguments };
  return { program, extras: /\[[\w,.-]+\]/.exec(from?.value ?? "")?.[0] ?? "", args: rest };
}

/** How npx and uvx are told a package beside its program. */
export const fromFlag = /^(?:--from|--package|-p)(?:=|$)/;

/** Where a server over HTTP speaks MCP; any answer of it is a sign of life, as few have a health route. */
function overHttp(found: Package, { login, port: wanted, values }: RunningOptions) {
  const { packageArguments, environmentVariables, transport } = found;
  const inputs: readonly PackageInput[] = [...packageArguments, ...environmentVariables];
  const named = (name: string) => inputs.find((one) => labelOf(one) === name);
  const address = (transport.url ?? "").replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    const input = named(name);
    return (input && filled(input, values)) ?? (/url|host/i.test(name) ? "http://127.0.0.1:8000" : "8000");
  });
  const url = URL.parse(address);
  const port = wanted ?? Number(url?.port || 8000);
  const path = url === null || url.pathname === "/" ? "/mcp" : url.pathname;
  const words = packageArguments.flatMap((one): readonly Word[] => {
    // On this machine each task has a port of its own.
    const isPort = transport.url?.includes(`{${labelOf(one)}}`) || /^-*port$/i.test(labelOf(one));
    const takes = isPort && (filled(one, values) ?? String(port)) === String(port);
    return wordsOf(one, takes ? { ...values, [labelOf(one)]: "$PORT" } : values);
  });
  return {
    port,
    healthPath: path,
    healthCodes: "200-499",
    sidecar: path === "/mcp" ? login : { ...login, path },
    words,
  };
}
