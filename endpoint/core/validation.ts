import * as v from "valibot";
import { AwsError, MalformedInput, notEmulated } from "./errors.ts";
import { withReplaced } from "./replacement.ts";

type Issue = v.BaseIssue<unknown>;
type Emptied = "form" | "document";

/** Parses the input of an operation, and throws what AWS answers where it does not fit. */
export function parseInput<const S extends v.GenericSchema>(
  schema: S,
  input: unknown,
  { operation, emptied }: { readonly operation: string; readonly emptied: Emptied },
): v.InferOutput<S> {
  const parsed = v.safeParse(schema, input);
  if (parsed.success) return parsed.output;
  if (emptied === "form") {
    for (const value of [undefined, []]) {
      const mended = withReplaced(input, parsed.issues, (issue) => (isEmptyList(issue) ? { value } : undefined));
      const again = v.safeParse(schema, mended);
      if (again.success) return again.output;
    }
  }
  throw refusalOf(parsed.issues, operation);
}

/** In a form an empty list is `Tags=`, the same as an empty text; to the operation it is absent, or empty where it must be there. */
function isEmptyList({ type, input }: Issue): boolean {
  return input === "" && (type === "array" || type === "record" || type.endsWith("object"));
}

const notHere = /^(.*) (?:is|are) not emulated by the local endpoint$/;

/**
 * What AWS answers to input that does not fit: a value of another type does not even deserialize, all other faults are
 * told together. Values of secrets are never quoted.
 */
function refusalOf(issues: readonly Issue[], operation: string): AwsError {
  for (const { message } of issues) {
    const what = notHere.exec(message)?.[1];
    if (what !== undefined) return notEmulated(what);
  }
  const mistyped = issues.find((issue) => isTypeFault(issue) && issue.input !== undefined && issue.input !== null);
  if (mistyped !== undefined) return serialization(mistyped);
  const [first] = issues;
  const constraints = issues.map((issue) => ({ issue, constraint: constraintOf(issue) }));
  const faults = constraints.map(
    ({ issue, constraint }) =>
      `Value ${shown(issue)} at '${placeOf(issue, operation)}' failed to satisfy constraint: ${constraint}`,
  );
  const errors = faults.length === 1 ? "error" : "errors";
  const ownWords = constraints.find(({ constraint }) => !constraint.startsWith("Member "));
  return new MalformedInput(
    first === undefined ? operation : (v.getDotPath(first) ?? operation),
    constraints[0]?.constraint ?? "",
    ownWords?.constraint ?? `${faults.length} validation ${errors} detected: ${faults.join("; ")}`,
  );
}

const typeFaults = new Set([
  "string",
  "number",
  "boolean",
  "array",
  "object",
  "loose_object",
  "strict_object",
  "record",
]);

function isTypeFault({ kind, type, expected }: Issue): boolean {
  return kind === "schema" && typeFaults.has(type) && expected !== "never";
}

function serialization({ input, expected }: Issue): AwsError {
  const message =
    typeof input === "object"
      ? `Start of ${Array.isArray(input) ? "list" : "structure or map"} found where not expected.`
      : `${(typeof input).toUpperCase()}_VALUE cannot be converted to ${targetOf(expected)}`;
  return new AwsError("SerializationException", message);
}

function targetOf(expected: string | null): string {
  switch (expected) {
    case "string":
      return "String";
    case "number":
      return "Integer";
    case "boolean":
      return "Boolean";
    default:
      return "a structure, list or map";
  }
}

/** A schema's own words are the service's, and stand as they are. */
function constraintOf({
  type,
  input,
  message,
  expected,
  requirement,
}: Issue & { readonly requirement?: unknown }): string {
  if (input === undefined || input === null) return "Member must not be null";
  if (!message.startsWith("Invalid ")) return message;
  switch (type) {
    case "non_empty":
      return "Member must have length greater than or equal to 1";
    case "length":
    case "min_length":
      return `Member must have length greater than or equal to ${String(requirement)}`;
    case "max_length":
      return `Member must have length less than or equal to ${String(requirement)}`;
    case "min_value":
      return `Member must have value greater than or equal to ${String(requirement)}`;
    case "max_value":
      return `Member must have value less than or equal to ${String(requirement)}`;
    case "regex":
      return `Member must satisfy regular expression pattern: ${requirement instanceof RegExp ? requirement.source.replace(/^\^|\$$/g, "") : ""}`;
    case "picklist":
    case "literal":
      return `Member must satisfy enum value set: [${(expected ?? "").replaceAll(/[()"]/g, "").split(" | ").join(", ")}]`;
    default:
      return `Member must be ${expected ?? "another value"}`;
  }
}

const confidential = /^(SecretString|SecretBinary|Value|value|AuthToken|MasterUserPassword)$/;

function shown({ input, path }: Issue): string {
  if (input === undefined || input === null) return "null";
  const name = path?.at(-1)?.key;
  if (typeof name === "string" && confidential.test(name)) return "'***'";
  if (Array.isArray(input))
    return `'[${input.map((one) => (typeof one === "object" ? "***" : String(one))).join(", ")}]'`;
  return typeof input === "object" ? "'***'" : `'${String(input)}'`;
}

/** `tags.1.member.key`: list elements from one, names with a small initial. */
function placeOf({ path }: Issue, operation: string): string {
  if (path === undefined) return operation;
  return path
    .map(({ key }) =>
      typeof key === "number" ? `${key + 1}.member` : String(key).replace(/^./, (it) => it.toLowerCase()),
    )
    .join(".");
}
