import type { FleetDefinition, ServiceDefinition } from "#fleet";
import { Failure, UsageError } from "../failure.ts";
import type { Package, PackageInput, ServerJson } from "./server-json.ts";

/** An entry that is yet to be written. */
export interface Draft {
  readonly key: string;
  readonly entry: ServiceDefinition;
  /** Of the secret that the entry needs, with what each of its keys is. */
  readonly secret: { readonly name: string; readonly keys: Readonly<Record<string, string>> } | undefined;
  /** The image that has to be built, for a server that is put into the sidecar's. */
  readonly dockerfile: readonly string[] | undefined;
  /** What a person has to fill in: arguments and variables without a value. */
  readonly open: readonly string[];
}

export interface DraftOptions {
  readonly key: string | undefined;
  readonly login: "google" | "openid" | "none";
  /** The program that a package of npm installs, where the registry could be asked. */
  readonly programOf: (identifier: string) => Promise<string | undefined>;
}

/** @throws {UsageError | Failure} for a server that no entry can run */
export async function draftOf(map: FleetDefinition, server: ServerJson, options: DraftOptions): Promise<Draft> {
  const found = server.packages.find(({ registryType }) => ["npm", "pypi", "oci"].includes(registryType));
  if (found === undefined) {
    throw new Failure(
      `${server.name} has no package from npm, PyPI or a container registry: there is nothing that the fleet could run.`,
    );
  }
  const name = (options.key ?? server.name.slice(server.name.lastIndexOf("/") + 1)).toLowerCase();
  const key = name.replace(/^[^a-z]+/, "").replace(/[^a-z0-9]+/g, "_");
  if (key === "") throw new UsageError(`${name} is no key of the map: name one with --key, such as --key notes.`);
  if (Object.hasOwn(map.services, key)) {
    throw new UsageError(
      `services.${key} is there already: name another with --key, or remove it: fleet remove ${key}`,
    );
  }
  const host = key.replaceAll("_", "-");
  const secrets = found.environmentVariables.filter(({ isSecret }) => isSecret);
  const plain = found.environmentVariables.filter((input) => !input.isSecret && knownValue(input) !== undefined);
  const open = [...found.environmentVariables, ...found.packageArguments].filter(
    (input) => !input.isSecret && input.isRequired && knownValue(input) === undefined,
  );
  const secretName = secrets.length === 0 ? undefined : freeName(map, host);
  const { fields, dockerfile } = await runningOf(map, found, host, options);
  const { image, port, command, sidecar, local } = fields;
  const entry: ServiceDefinition = {
    host,
    image,
    ...(command && { command }),
    port,
    cpu: 256,
    memory: 512,
    ...(plain.length > 0 && {
      environment: Object.fromEntries(plain.map((input) => [input.name, knownValue(input) ?? ""])),
    }),
    ...(secretName !== undefined && { secrets: [secretName] }),
    ...(sidecar && { sidecar }),
    ...(map.audit !== undefined && { audit: { source: `mcp-${host}` } }),
    ...(local && { local }),
  };
  return {
    key,
    entry,
    secret:
      secretName === undefined
        ? undefined
        : {
            name: secretName,
            keys: Object.fromEntries(secrets.map((input) => [input.name, input.description ?? ""])),
          },
    dockerfile,
    open: open.map((input) => `${input.name ?? "an argument"}${input.description ? ` (${input.description})` : ""}`),
  };
}

type Running = Pick<ServiceDefinition, "image" | "port" | "sidecar" | "command" | "local">;

interface Made {
  readonly fields: Running;
  readonly dockerfile: readonly string[] | undefined;
}

async function runningOf(map: FleetDefinition, found: Package, host: string, options: DraftOptions): Promise<Made> {
  const login = loginOf(map, options.login);
  if (found.registryType === "oci") return { fields: runImage(found, login), dockerfile: undefined };
  const program = found.registryType === "npm" ? await options.programOf(found.identifier) : undefined;
  return putIntoSidecar(map, found, { host, login, program });
}

/** An image of its makers, that speaks HTTP. */
function runImage(found: Package, login: Login): Running {
  const { identifier, version = "latest", transport } = found;
  if (transport.type === "stdio") {
    throw new Failure(
      `${identifier} speaks stdio and brings an image of its own, which has no sidecar in it: copy the server into an image on the sidecar's, as docs/adding-a-service.md shows.`,
    );
  }
  const url = URL.parse((transport.url ?? "").replace(/\{[^}]*\}/g, "8000"));
  const path = url === null || ["/", "/mcp"].includes(url.pathname) ? {} : { path: url.pathname };
  const [first, ...others] = argumentsOf(found);
  return {
    image: /[:@][^/]+$/.test(identifier) ? identifier : `${identifier}:${version}`,
    port: Number(url?.port || 8000),
    ...(first !== undefined && { command: [first, ...others] as const }),
    sidecar: { ...login, ...path },
  };
}

/** A package that is put into an image on the sidecar's. */
function putIntoSidecar(
  map: FleetDefinition,
  found: Package,
  { host, login, program }: { readonly host: string; readonly login: Login; readonly program: string | undefined },
): Made {
  const base = map.sidecar?.image;
  if (base === undefined) {
    throw new Failure("The map names no image of the sidecar, into which the server is put: add `sidecar: { image }`.");
  }
  const { identifier, version = "latest" } = found;
  const args = argumentsOf(found);
  const ofNpm = found.registryType === "npm";
  const exact = version === "latest" ? identifier : `${identifier}${ofNpm ? "@" : "=="}${version}`;
  const stdio = [program ?? identifier.slice(identifier.lastIndexOf("/") + 1), ...args] as const;
  return {
    fields: {
      image: base.replace(/\/[^/]+$/, `/${host}:${version.replace(/[^\w.-]/g, "-")}`),
      port: 8000,
      sidecar: { ...login, stdio },
      local: { command: ofNpm ? ["npx", "-y", exact, ...args] : ["uvx", exact, ...args] },
    },
    dockerfile: [
      `FROM ${base}`,
      ofNpm ? `RUN npm install -g ${exact}` : `RUN uv tool install ${exact}`,
      `CMD ${JSON.stringify(stdio)}`,
    ],
  };
}

type Login = ReturnType<typeof loginOf>;

const needed = {
  google: ["GOOGLE_OAUTH_CLIENT_ID", "GOOGLE_OAUTH_CLIENT_SECRET", "SESSION_ENCRYPTION_KEY"],
  openid: ["OPENID_CLIENT_ID", "OPENID_CLIENT_SECRET", "SESSION_ENCRYPTION_KEY"],
  none: [],
} as const;

/** The login, with the map's own secrets that hold what it takes. */
function loginOf({ secrets }: FleetDefinition, login: DraftOptions["login"]) {
  const uses = new Map<string, string[]>();
  for (const key of needed[login]) {
    const holder = Object.entries(secrets).find(([, secret]) => Object.hasOwn(secret.keys, key))?.[0];
    if (holder === undefined) {
      throw new Failure(
        `A login by ${login} takes ${key}, and no secret of the map has it: add one, or use --login none.`,
      );
    }
    uses.set(holder, [...(uses.get(holder) ?? []), key]);
  }
  const list = [...uses].map(([secret, keys]) => {
    const all = Object.keys(secrets[secret]?.keys ?? {}).length === keys.length;
    return all ? secret : { secret, keys };
  });
  return list.length === 0 ? { login } : { login, secrets: list };
}

function argumentsOf({ packageArguments }: Package): readonly string[] {
  return packageArguments.flatMap((argument) => {
    const value = knownValue(argument);
    if (value === undefined && !argument.isRequired) return [];
    if (argument.type === "positional") return [value ?? `<${argument.name ?? "argument"}>`];
    return value === undefined || value === "" ? [argument.name ?? ""] : [argument.name ?? "", value];
  });
}

/** A value with a variable in braces is for a person to complete. */
function knownValue({ value, default: otherwise }: PackageInput): string | undefined {
  const known = value ?? otherwise;
  return known === undefined || /\{\w+\}/.test(known) ? undefined : known;
}

function freeName({ secrets }: FleetDefinition, host: string): string {
  if (!Object.hasOwn(secrets, host)) return host;
  for (let number = 2; ; number++) if (!Object.hasOwn(secrets, `${host}-${number}`)) return `${host}-${number}`;
}
