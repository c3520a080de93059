import type * as v from "valibot";

interface Node {
  readonly type: string;
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly value?: v.GenericSchema;
  readonly wrapped?: v.GenericSchema;
  readonly pipe?: readonly v.GenericSchema[];
}

/**
 * Paths of the fields of a schema, with `*` for a name of the operator's choice. A list, and a field of several shapes, is
 * one field: what is inside changes with it.
 */
export function fieldsOf(schema: v.GenericSchema, path = ""): readonly string[] {
  const node: Node = schema;
  if (node.wrapped !== undefined) return fieldsOf(node.wrapped, path);
  if (node.entries !== undefined)
    return Object.entries(node.entries).flatMap(([name, entry]) =>
      fieldsOf(entry, path === "" ? name : `${path}.${name}`),
    );
  if (node.type === "record" && node.value !== undefined) return fieldsOf(node.value, `${path}.*`);
  const inner = node.pipe?.find(
    (part) => part !== schema && (part.type === "record" || "entries" in part || "pipe" in part),
  );
  return inner === undefined ? [path] : fieldsOf(inner, path);
}
