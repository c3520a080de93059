import { lookUp } from "./commands/index.ts";
import { CommandError, outOfMemory, wrongArity } from "./errors.ts";
import type { Client, SingleCommand, Store } from "./model.ts";
import { checkPermission, mustAuthenticate } from "./permission.ts";
import type { Reply } from "./reply.ts";
import { discard, run } from "./run.ts";

/** Commands of a transaction that are not queued but done at once. */
const atOnce: ReadonlySet<string> = new Set(["exec", "discard", "multi", "watch", "quit", "reset"]);
/** Never refused for lack of memory while a transaction is open. */
const alwaysPossible: ReadonlySet<string> = new Set(["exec", "discard", "quit", "reset"]);

/** Answers one request, in Redis's order of checks: what it is, who asks, what memory is free, what it does. */
export function execute(store: Store, client: Client, request: readonly string[]): Reply {
  store.commands++;
  client.activeAt = Date.now();
  try {
    const { command, name, args } = lookUp(request);
    admit(store, client, command, name, args);
    client.lastCommand = name;
    if (client.transaction === undefined || atOnce.has(name)) return run(store, client, { command, name, args });
    if (!client.transaction.refused && !client.touched) {
      client.transaction.queued.push({ command, name, args });
      client.transaction.bytes += sizeOf(args);
    }
    return { simple: "QUEUED" };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return refuse(client, request, error);
  }
}

function admit(store: Store, client: Client, command: SingleCommand, name: string, args: readonly string[]): void {
  const { arity } = command;
  const words = args.length + 1 + (name.includes("|") ? 1 : 0);
  if (arity > 0 ? words !== arity : words < -arity) throw wrongArity(name);
  if (mustAuthenticate(store, client) && !command.flags.includes("no_auth"))
    throw new CommandError("NOAUTH Authentication required.");
  if (client.transaction !== undefined && command.flags.includes("no_multi"))
    throw new CommandError("ERR Command not allowed inside a transaction");
  checkPermission(store, client, { command, name, args });
  const denied =
    command.flags.includes("denyoom") ||
    (client.transaction !== undefined && !alwaysPossible.has(name)) ||
    (name === "exec" && client.transaction?.queued.some((queued) => queued.command.flags.includes("denyoom")) === true);
  if (denied && !store.makeRoom(sizeOf(args) + (client.transaction?.bytes ?? 0))) throw outOfMemory();
}

/** A refused command fails the transaction that it was meant for; a refused EXEC ends it. */
function refuse(client: Client, [word = ""]: readonly string[], error: CommandError): Reply {
  if (client.transaction === undefined) return error;
  client.transaction.refused = true;
  if (word.toLowerCase() !== "exec") return error;
  discard(client);
  return new CommandError(`EXECABORT Transaction discarded because of: ${error.message.replace(/^ERR /, "")}`);
}

function sizeOf(args: readonly string[]): number {
  return args.reduce((sum, { length }) => sum + length, 0);
}
