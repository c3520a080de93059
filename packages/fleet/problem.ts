/** One mistake in the map, with all a person needs to mend it. */
export interface Problem {
  /** Dotted path of the field, e.g. `services.slack.port`. */
  readonly field: string;
  /** The value found, as the reader wrote it. */
  readonly value: unknown;
  /** What the field may hold. */
  readonly allowed: string;
  /** What to do. */
  readonly remedy: string;
}

/** Thrown before anything is built or deployed. Lists every problem found, not the first alone. */
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
  return `  ${field} = ${show(value)}\n    allowed: ${allowed}\n    remedy:  ${remedy}`;
}

function show(value: unknown): string {
  if (value === undefined) return "(not set)";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
