/** The message as JSON, if it is an object or an array. */
export function parseJson(message: string): unknown {
  try {
    const value: unknown = JSON.parse(message);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What a selector such as `$.request.headers[0].name` or `$.['a.b']` finds: nothing, one value, or with `[*]` several. */
export function fieldOf(document: unknown, selector: string): readonly unknown[] {
  const steps = [...selector.matchAll(/\.([\w-]+)|\[(\d+|\*|"[^"]+"|'[^']+')\]/g)];
  return steps.reduce<readonly unknown[]>(
    (values, [, name, index = ""]) => values.flatMap((value) => step(value, name ?? index.replace(/^["']|["']$/g, ""))),
    [document],
  );
}

function step(value: unknown, key: string): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (key === "*") return Array.isArray(value) ? value : [];
  const entry = Object.entries(value).find(([name]) => name === key);
  return entry === undefined ? [] : [entry[1]];
}
