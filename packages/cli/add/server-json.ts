import * as v from "valibot";
import { excessOf } from "#sidecar/json-bounds.ts";
import { UsageError } from "../failure.ts";

/** Registries answer numbers and booleans where the schema has texts. */
const Text = v.pipe(
  v.union([v.string(), v.number(), v.boolean()]),
  v.transform((value) => String(value)),
);

const common = {
  description: v.optional(v.string()),
  value: v.optional(Text),
  default: v.optional(Text),
  choices: v.optional(v.array(Text)),
  format: v.optional(v.string()),
  isRequired: v.optional(v.boolean()),
  isSecret: v.optional(v.boolean(), false),
};
const Variable = v.object(common);
const Input = v.object({
  ...common,
  name: v.optional(v.string()),
  /** What a positional argument is called. */
  valueHint: v.optional(v.string()),
  variables: v.optional(v.record(v.string(), Variable), {}),
});
const Argument = v.pipe(
  v.object({ ...Input.entries, type: v.optional(v.picklist(["positional", "named"])) }),
  // Private registries leave it out.
  v.transform(({ type = "", ...input }) => ({
    ...input,
    type: type || (input.name?.startsWith("-") ? ("named" as const) : ("positional" as const)),
  })),
);
const Named = v.object({ ...Input.entries, name: v.pipe(v.string(), v.regex(/^[A-Za-z_]\w*$/)) });
const Header = v.object({ ...Input.entries, name: v.string() });

const Transport = v.object({
  type: v.string(),
  url: v.optional(v.string()),
  headers: v.optional(v.array(Header), []),
});

const Package = v.object({
  registryType: v.string(),
  registryBaseUrl: v.optional(v.string()),
  identifier: v.string(),
  version: v.optional(Text),
  // The oldest have none, and mean it.
  transport: v.optional(Transport, { type: "stdio" }),
  runtimeArguments: v.optional(v.array(Argument), []),
  packageArguments: v.optional(v.array(Argument), []),
  environmentVariables: v.optional(v.array(Named), []),
});

/** https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/server-json/generic-server-json.md */
const ServerJson = v.object({
  name: v.pipe(v.string(), v.regex(/^(?:[\w.-]+\/)?[\w.-]+$/)),
  packages: v.optional(v.array(Package), []),
  remotes: v.optional(v.array(v.object({ url: v.optional(v.string(), "") })), []),
});

export type Package = v.InferOutput<typeof Package>;
export type PackageVariable = v.InferOutput<typeof Variable>;
export type PackageInput = v.InferOutput<typeof Input>;
export type PackageArgument = v.InferOutput<typeof Argument>;
export type ServerJson = v.InferOutput<typeof ServerJson>;

/** A `server.json`, or the answer of a registry, which has one inside. @throws {UsageError} naming what is wrong */
export function parseServerJson(text: string, source: string): ServerJson {
  const remedy =
    "It is what the server's makers publish in the MCP registry; without one, name npm:<package>, pypi:<package> or image:<image>.";
  const excess = excessOf(text);
  if (excess !== undefined) throw new UsageError(`${source} ${excess}. ${remedy}`);
  const json = v.safeParse(v.pipe(v.string(), v.parseJson()), text.replace(/^\uFEFF/, ""));
  if (!json.success)
    throw new UsageError(`${source} is no JSON${text.trim() === "" ? ": it is empty" : ""}. ${remedy}`);
  const parsed = v.safeParse(ServerJson, insideOf(todays(json.output), source));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue);
  throw new UsageError(
    `${source} is no server.json of the MCP registry${where === null ? "" : `: ${where}`}: ${issue.message}. ${remedy}`,
  );
}

const Answer = v.object({ server: v.unknown() });
const Answers = v.object({ servers: v.array(v.looseObject({})) });

/** One server has its `server.json` under `server`; a search has several. */
function insideOf(json: unknown, source: string): unknown {
  const several = v.safeParse(Answers, json);
  if (several.success) {
    const [first, ...others] = several.output.servers;
    if (first === undefined || others.length > 0) {
      throw new UsageError(
        `${source} lists ${several.output.servers.length} servers: name the address of one, …/v0.1/servers/<name>/versions/latest.`,
      );
    }
    return insideOf(first, source);
  }
  const one = v.safeParse(Answer, json);
  return one.success ? one.output.server : json;
}

/**
 * As it is written today: until 2025-09 names had underscores, and nothing at all may be written as null.
 * https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/server-json/CHANGELOG.md
 */
function todays(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(todays);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).flatMap(([name, value]) =>
      value === null ? [] : [[renamed.get(name) ?? name, todays(value)]],
    ),
  );
}

const renamed = new Map(
  [
    "registry_type",
    "registry_base_url",
    "runtime_arguments",
    "package_arguments",
    "environment_variables",
    "is_required",
    "is_secret",
    "value_hint",
  ].map((name) => [name, name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())]),
);
