import * as v from "valibot";
import { UsageError } from "../failure.ts";

const Input = v.object({
  name: v.optional(v.string()),
  description: v.optional(v.string()),
  value: v.optional(v.string()),
  default: v.optional(v.string()),
  isRequired: v.optional(v.boolean(), false),
  isSecret: v.optional(v.boolean(), false),
});

const Argument = v.object({ ...Input.entries, type: v.picklist(["positional", "named"]) });

const Package = v.object({
  registryType: v.string(),
  identifier: v.string(),
  version: v.optional(v.string()),
  transport: v.object({ type: v.string(), url: v.optional(v.string()) }),
  packageArguments: v.optional(v.array(Argument), []),
  environmentVariables: v.optional(v.array(v.object({ ...Input.entries, name: v.string() })), []),
});

/** https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/server-json/generic-server-json.md */
const ServerJson = v.object({
  name: v.pipe(v.string(), v.regex(/^[\w.-]+\/[\w.-]+$/)),
  description: v.optional(v.string(), ""),
  version: v.optional(v.string()),
  packages: v.optional(v.array(Package), []),
});

export type Package = v.InferOutput<typeof Package>;
export type PackageInput = v.InferOutput<typeof Input>;
export type ServerJson = v.InferOutput<typeof ServerJson>;

/** A `server.json`, or the answer of a registry, which has one inside. @throws {UsageError} naming what is wrong */
export function parseServerJson(text: string, source: string): ServerJson {
  const json = v.safeParse(v.pipe(v.string(), v.parseJson()), text);
  const wrapped = v.safeParse(v.object({ server: v.unknown() }), json.output);
  const parsed = v.safeParse(ServerJson, wrapped.success ? wrapped.output.server : json.output);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new UsageError(
    `${source} is no server.json of the MCP registry: ${v.getDotPath(issue) ?? "it"}: ${issue.message}.`,
  );
}
