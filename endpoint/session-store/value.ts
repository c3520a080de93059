/** What an entry costs in addition to its text, on the heap: generous, so that the limit holds. */
const entryOverhead = 240;
const itemOverhead = 96;

/** Fields of a hash, in the order in which they came, and their size in bytes. */
export class Fields {
  readonly kind = "hash";
  readonly #texts = new Map<string, string>();
  bytes = 0;

  get size(): number {
    return this.#texts.size;
  }

  get(field: string): string | undefined {
    return this.#texts.get(field);
  }

  entries(): readonly (readonly [string, string])[] {
    return [...this.#texts];
  }

  /** @returns whether it is a new one */
  set(field: string, text: string): boolean {
    const known = this.#texts.get(field);
    this.#texts.set(field, text);
    this.bytes += known === undefined ? itemOverhead + field.length + text.length : text.length - known.length;
    return known === undefined;
  }

  delete(field: string): boolean {
    const known = this.#texts.get(field);
    if (known === undefined) return false;
    this.bytes -= itemOverhead + field.length + known.length;
    return this.#texts.delete(field);
  }
}

/** Members of a set, and their size in bytes. */
export class Members {
  readonly kind = "set";
  readonly #texts = new Set<string>();
  bytes = 0;

  get size(): number {
    return this.#texts.size;
  }

  has(member: string): boolean {
    return this.#texts.has(member);
  }

  all(): readonly string[] {
    return [...this.#texts];
  }

  add(member: string): boolean {
    if (this.#texts.has(member)) return false;
    this.#texts.add(member);
    this.bytes += itemOverhead + member.length;
    return true;
  }

  delete(member: string): boolean {
    if (!this.#texts.delete(member)) return false;
    this.bytes -= itemOverhead + member.length;
    return true;
  }
}

export type Value = { readonly kind: "string"; readonly text: string } | Fields | Members;

export function bytesOf(key: string, value: Value): number {
  return entryOverhead + key.length + (value.kind === "string" ? value.text.length : value.bytes);
}
