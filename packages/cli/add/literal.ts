/** As wide as Biome breaks lines, less what an entry is indented by. */
const widest = 112;

/** A value as TypeScript source, in one line where that is short enough. */
export function literal(value: unknown, indent = "", before = 0): string {
  const short = inline(value);
  if (typeof value !== "object" || value === null || indent.length + before + short.length < widest) return short;
  const deeper = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((one) => `${deeper}${literal(one, deeper)},`)
    : Object.entries(value).map(([key, one]) => `${deeper}${nameOf(key)}: ${literal(one, deeper, key.length + 2)},`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return [open, ...lines, `${indent}${close}`].join("\n");
}

/** `name: { … }`, each field on a line of its own. */
export function entryText(name: string, fields: object): string {
  const lines = Object.entries(fields).map(
    ([key, value]) => `  ${nameOf(key)}: ${literal(value, "  ", key.length + 2)},`,
  );
  return [`${nameOf(name)}: {`, ...lines, "}"].join("\n");
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, one]) => `${nameOf(key)}: ${inline(one)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

function nameOf(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}
