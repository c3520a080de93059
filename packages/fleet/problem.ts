import { hasCredential, hidden, isCredential } from "./credential.ts";

/** One mistake in the map, with everything needed to fix it. */
export interface Problem {
  /** Dotted path of the field, e.g. `services.slack.port`. */
  readonly field: string;
  /** The value found, as the reader wrote it. */
  readonly value: unknown;
  /** What the field may contain. */
  readonly allowed: string;
  /** What to do. */
  readonly remedy: string;
}

/** Thrown before anything is built or deployed. Lists every problem found, not only the first. */
export class FleetError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const head =
      problems.length === 1 ? "fleet.config.ts has a mistake" : `fleet.config.ts has ${problems.length} mistakes`;
    super(`${head}; nothing was deployed.\n${problems.map(describe).join("\n")}`);
    this.name = "FleetError";
    this.problems = problems;
  }
}

function describe({ field, value, allowed, remedy }: Problem): string {
  return `  ${showField(field)} = ${show(field, value)}\n    allowed: ${allowed}\n    remedy:  ${remedy}`;
}

/** Names are the author's too: one may be long, hold a credential or drive a terminal. */
function showField(field: string): string {
  if (hasCredential(field)) return hidden(field);
  const plain = JSON.stringify(field).slice(1, -1);
  return plain.length > 200 ? `${plain.slice(0, 197)}...` : plain;
}

/** A credential in the wrong field is a mistake like any other, but must not end up in a log. */
function show(field: string, value: unknown): string {
  if (value === undefined) return "(not set)";
  if (typeof value === "number") return String(value);
  // What is written in place of a secret's keys is often its value.
  const name = /^secrets\..+\.keys\./.test(field) ? "secret" : (field.split(".").at(-1) ?? "");
  const text =
    JSON.stringify(value, (key, inner: unknown) =>
      typeof inner === "string" && isCredential(/^\d*$/.test(key) ? name : key, inner) ? hidden(inner) : inner,
    ) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
