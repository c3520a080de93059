import * as v from "valibot";

/** Every problem at once, each with the variable, the value unless it is a secret, what is allowed and the remedy. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "ConfigurationError";
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

const secretVariables = /_(SECRET|TOKEN|PASSWORD|KEY)$/;

export const integer = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.check(
      (text) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most,
      `a whole number from ${least} to ${most} is allowed`,
    ),
    v.transform(Number),
  );
const url = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text), "an absolute URL is allowed, such as https://google.mcp.example.com"),
  v.transform((text) => new URL(text)),
);
const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);
const isSecure = (value: URL): boolean => value.protocol === "https:" || loopback.has(value.hostname);
export const publicUrl = v.pipe(
  url,
  v.check(
    (value) => isSecure(value) && value.pathname === "/" && value.search === "" && value.hash === "",
    "https://<host> without a path is allowed; http only on loopback",
  ),
);
export const secureUrl = v.pipe(url, v.check(isSecure, "https is required, except on loopback"));
/** Separated by commas or spaces. */
export const list = v.pipe(
  v.string(),
  v.transform((text) => text.split(/[\s,]+/).filter((entry) => entry !== "")),
);
/** Origins as browsers send them. */
export const origins = v.pipe(
  list,
  v.check(
    (entries) => entries.every((entry) => URL.parse(entry)?.origin === entry && entry !== "null"),
    "origins are allowed, such as https://claude.ai: without a path or a slash at the end, separated by commas",
  ),
);
/** Domains of accounts; compared in lower case. */
export const domains = v.pipe(
  list,
  v.check(
    (entries) => entries.every((entry) => /^[\p{L}\d-]+(?:\.[\p{L}\d-]+)+$/u.test(entry)),
    "domains are allowed, such as example.com, separated by commas",
  ),
  v.transform((entries) => entries.map((entry) => entry.toLowerCase())),
);
/** Where clients may have people sent back to. */
export const redirects = v.pipe(
  list,
  v.check(
    (entries) => entries.every((entry) => /^https?:\/\/[^/?#@]+(?:\/[^#]*)?$/i.test(entry)),
    "addresses are allowed, such as https://claude.ai/api/* or http://localhost:*, separated by commas",
  ),
);
export const flag = v.pipe(
  v.string(),
  v.toLowerCase(),
  v.picklist(["true", "false"], "true or false is allowed"),
  v.transform((text) => text === "true"),
);

/** Reads variables one by one and collects what is wrong with them, to report everything at once. */
export class EnvironmentReader {
  readonly problems: string[] = [];
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  /**
   * The parsed value, or undefined with the problem noted. An empty variable counts as unset, as ECS cannot unset one.
   */
  optional<S extends v.GenericSchema<string, unknown>>(name: string, schema: S): v.InferOutput<S> | undefined {
    const value = this.#env[name];
    if (value === undefined || value === "") return undefined;
    const parsed = v.safeParse(schema, value);
    if (parsed.success) return parsed.output;
    const shown = secretVariables.test(name) ? "(its value is not shown)" : `is ${JSON.stringify(value)}`;
    this.problems.push(`${name} ${shown}: ${parsed.issues[0].message}.`);
    return undefined;
  }

  required<S extends v.GenericSchema<string, unknown>>(
    name: string,
    schema: S,
    remedy: string,
  ): v.InferOutput<S> | undefined {
    if ((this.#env[name] ?? "") === "") this.problems.push(`${name} is not set. ${remedy}`);
    return this.optional(name, schema);
  }
}

/**
 * The variables that still hold what their secret was created with. The server starts anyway, since a service is
 * deployed before its secrets are filled, but what needs them does not work.
 */
export function findPlaceholders(env: Environment): readonly string[] {
  const isPlaceholder = (value = "") => /replace-me/i.test(value) || value === "00000000-0000-0000-0000-000000000000";
  return Object.keys(env).filter((name) => isPlaceholder(env[name]));
}
