import { CommandError, quoted, wrongArity } from "../errors.ts";
import type { Commands, SingleCommand } from "../model.ts";
import { acl } from "./acl.ts";
import { clientCommands } from "./client.ts";
import { connection } from "./connection.ts";
import { copies } from "./copies.ts";
import { counters } from "./counters.ts";
import { expiry } from "./expiry.ts";
import { hashes } from "./hashes.ts";
import { introspection } from "./introspection.ts";
import { keys } from "./keys.ts";
import { server } from "./server.ts";
import { sets } from "./sets.ts";
import { strings } from "./strings.ts";
import { transactions } from "./transactions.ts";

/** Every command there is, by its name in lower case. */
const commands: Commands = {
  ...connection,
  ...clientCommands,
  ...acl,
  ...keys,
  ...expiry,
  ...strings,
  ...counters,
  ...hashes,
  ...sets,
  ...transactions,
  ...copies,
  ...server,
  ...introspection,
};

const byName = new Map(Object.entries(commands));

/** `set`, `client`, `client|id`; undefined for anything else. */
export function findCommand(name: string): Commands[string] | undefined {
  const [word = "", sub] = name.split("|");
  const found = byName.get(word);
  if (sub === undefined || found === undefined) return found;
  return "subcommands" in found ? subcommandsOf(found).get(sub) : undefined;
}

/** With each subcommand on its own, next to the one it belongs to. */
export function allCommands(): readonly (readonly [string, Commands[string]])[] {
  return [...byName];
}

/** The command of a request. Throws in Redis's words if there is none. */
export function lookUp([word = "", ...args]: readonly string[]): {
  readonly command: SingleCommand;
  readonly name: string;
  readonly args: readonly string[];
} {
  const name = word.toLowerCase();
  const found = byName.get(name);
  if (found === undefined) throw unknownCommand(word, args);
  if (!("subcommands" in found)) return { command: found, name, args };
  const [sub, ...rest] = args;
  if (sub === undefined && found.run !== undefined)
    return { command: { arity: 1, flags: [], run: found.run }, name, args };
  if (sub === undefined) throw wrongArity(name);
  const command = subcommandsOf(found).get(sub.toLowerCase());
  if (command === undefined)
    throw new CommandError(`ERR unknown subcommand '${quoted(sub)}'. Try ${quoted(word.toUpperCase())} HELP.`);
  return { command, name: `${name}|${sub.toLowerCase()}`, args: rest };
}

/** Not what every object inherits, such as `constructor`. */
function subcommandsOf({ subcommands }: Extract<Commands[string], { subcommands: unknown }>) {
  return new Map(Object.entries(subcommands));
}

function unknownCommand(word: string, args: readonly string[]): CommandError {
  let shown = "";
  for (const arg of args) {
    if (shown.length >= 128) break;
    shown += `'${quoted(arg, 128 - shown.length)}' `;
  }
  return new CommandError(`ERR unknown command '${quoted(word)}', with args beginning with: ${shown}`);
}
