import { createHash, timingSafeEqual } from "node:crypto";
import { CommandError, quoted } from "./errors.ts";
import { createGlob } from "./glob.ts";

/** Who may do what: Redis's ACL, without selectors, categories and read or write patterns. */
export interface User {
  readonly name: string;
  readonly enabled: boolean;
  readonly nopass: boolean;
  /** SHA-256 in hexadecimal, the first one the oldest. */
  readonly passwords: readonly string[];
  readonly keys: "all" | readonly string[];
  readonly channels: "all" | readonly string[];
  /** Where commands start from, and what was added or taken since: `+client|id`, `-get`. */
  readonly commands: { readonly base: "+@all" | "-@all"; readonly changes: readonly string[] };
}

const nobody: Omit<User, "name"> = {
  enabled: false,
  nopass: false,
  passwords: [],
  keys: [],
  channels: [],
  commands: { base: "-@all", changes: [] },
};

const problems = {
  unknown: "Unknown command or category name in ACL",
  syntax: "Syntax error",
  afterAll: (all: string, reset: string, what: string) =>
    `Adding a pattern after the * pattern (or the '${all}' flag) is not valid and does not have any effect. ` +
    `Try '${reset}' to start with an empty list of ${what}`,
  noPassword: "The password you are trying to remove from the user does not exist",
  hash: "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters",
} as const;

/** The user after one rule, or what is wrong with the rule. */
export function applyRule(user: User, rule: string, isCommand: (name: string) => boolean): User | string {
  switch (rule.toLowerCase()) {
    case "":
    case "sanitize-payload":
    case "skip-sanitize-payload":
    case "clearselectors":
      return user;
    case "on":
      return { ...user, enabled: true };
    case "off":
      return { ...user, enabled: false };
    case "nopass":
      return { ...user, nopass: true, passwords: [] };
    case "resetpass":
      return { ...user, nopass: false, passwords: [] };
    case "allkeys":
    case "~*":
      return { ...user, keys: "all" };
    case "resetkeys":
      return { ...user, keys: [] };
    case "allchannels":
    case "&*":
      return { ...user, channels: "all" };
    case "resetchannels":
      return { ...user, channels: [] };
    case "allcommands":
    case "+@all":
      return { ...user, commands: { base: "+@all", changes: [] } };
    case "nocommands":
    case "-@all":
      return { ...user, commands: { base: "-@all", changes: [] } };
    case "reset":
      return { ...nobody, name: user.name };
    default:
      return applyLongRule(user, rule.charAt(0), rule.slice(1), isCommand);
  }
}

function applyLongRule(user: User, sign: string, rest: string, isCommand: (name: string) => boolean): User | string {
  switch (sign) {
    case "~":
    case "&":
      return addPattern(user, sign, rest);
    case "+":
    case "-": {
      const name = rest.toLowerCase();
      if (!isCommand(name)) return problems.unknown;
      const others = user.commands.changes.filter((change) => change.slice(1) !== name);
      return { ...user, commands: { ...user.commands, changes: [...others, `${sign}${name}`] } };
    }
    case ">":
    case "<":
      return changePasswords(user, sign, hashOf(rest));
    case "#":
    case "!":
      return /^[0-9a-f]{64}$/.test(rest) ? changePasswords(user, sign === "#" ? ">" : "<", rest) : problems.hash;
    default:
      return problems.syntax;
  }
}

function changePasswords(user: User, sign: ">" | "<", hash: string): User | string {
  const others = user.passwords.filter((known) => known !== hash);
  const known = others.length < user.passwords.length;
  if (sign === ">") return { ...user, nopass: false, passwords: known ? user.passwords : [...others, hash] };
  return known ? { ...user, passwords: others } : problems.noPassword;
}

function addPattern(user: User, sign: "~" | "&", pattern: string): User | string {
  const known = sign === "~" ? user.keys : user.channels;
  if (known === "all")
    return sign === "~"
      ? problems.afterAll("allkeys", "resetkeys", "patterns")
      : problems.afterAll("allchannels", "resetchannels", "channels");
  if (hasSpace(pattern)) return problems.syntax;
  const patterns = [...new Set([...known, pattern])];
  return sign === "~" ? { ...user, keys: patterns } : { ...user, channels: patterns };
}

export function mayRun({ commands }: User, name: string): boolean {
  const [parent] = name.split("|");
  const last = commands.changes.findLast((change) => change.slice(1) === name || change.slice(1) === parent);
  return (last ?? commands.base).startsWith("+");
}

export function mayTouch({ keys }: User, wanted: readonly string[]): boolean {
  return keys === "all" || wanted.every((key) => keys.some((pattern) => createGlob(pattern)(key)));
}

export function accepts(user: User, password: string): boolean {
  if (!user.enabled) return false;
  const given = Buffer.from(hashOf(password));
  return user.nopass || user.passwords.filter((known) => timingSafeEqual(Buffer.from(known), given)).length > 0;
}

/** As in a configuration file, which is how Redis lists users. */
export function describeUser(user: User): string {
  const patterns = (all: string, listed: User["keys"], sign: string) =>
    listed === "all" ? [all] : listed.map((pattern) => `${sign}${pattern}`);
  const channels = user.channels === "all" ? ["&*"] : ["resetchannels", ...patterns("", user.channels, "&")];
  return [
    ...["user", user.name, user.enabled ? "on" : "off"],
    ...(user.nopass ? ["nopass"] : []),
    ...user.passwords.map((hash) => `#${hash}`),
    ...patterns("~*", user.keys, "~"),
    ...channels,
    describeCommands(user),
  ].join(" ");
}

export function describeCommands({ commands }: User): string {
  return [commands.base, ...commands.changes].join(" ");
}

/** The users of one server. The one called `default` is every client that has not authenticated. */
export class Users {
  readonly #isCommand: (name: string) => boolean;
  readonly #users = new Map<string, User>();

  constructor(isCommand: (name: string) => boolean) {
    this.#isCommand = isCommand;
    this.change("default", ["on", "nopass", "~*", "&*", "+@all"]);
  }

  /** Everybody, by name. */
  get all(): readonly User[] {
    return [...this.#users.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }

  get default(): User {
    return this.get("default") ?? { ...nobody, name: "default" };
  }

  get(name: string): User | undefined {
    return this.#users.get(name);
  }

  /** All of the rules, or none when one of them is wrong; the error does not repeat passwords. */
  change(name: string, rules: readonly string[]): void {
    let user: User = this.#users.get(name) ?? { ...nobody, name };
    for (const rule of rules) {
      const changed = applyRule(user, rule, this.#isCommand);
      if (typeof changed === "string") {
        // Redis repeats a password here; errors land in logs.
        const shown = /^[<>]/.test(rule) ? rule.charAt(0) : quoted(rule);
        throw new CommandError(`ERR Error in ACL SETUSER modifier '${shown}': ${changed}`);
      }
      user = changed;
    }
    this.#users.set(name, user);
  }

  delete(name: string): boolean {
    return this.#users.delete(name);
  }
}

function hasSpace(text: string): boolean {
  return /[ \t\n\v\f\r\0]/.test(text);
}

function hashOf(password: string): string {
  return createHash("sha256").update(password, "latin1").digest("hex");
}
