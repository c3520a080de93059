import { CommandError, quoted, syntaxError, wrongArity } from "../errors.ts";
import { integerOf } from "../integer.ts";
import type { Call, Client, Commands } from "../model.ts";
import { ok, type Reply } from "../reply.ts";

/** CLIENT, as far as libraries that keep connections ask for it. */
export const clientCommands: Commands = {
  client: {
    subcommands: {
      id: { arity: 2, flags: [], run: ({ client }) => client.id },
      getname: { arity: 2, flags: [], run: ({ client }) => client.name || null },
      setname: {
        arity: 3,
        flags: [],
        run({ client }, [name = ""]) {
          client.name = parseName(name);
          return ok;
        },
      },
      setinfo: { arity: 4, flags: [], run: setLibrary },
      info: { arity: 2, flags: [], run: ({ client }) => ({ verbatim: `${describe(client)}\n` }) },
      list: { arity: -2, flags: ["admin"], run: listClients },
      kill: { arity: -3, flags: ["admin"], run: killClients },
      "no-evict": {
        arity: 3,
        flags: ["admin"],
        run(_call, [state = ""]) {
          if (!["on", "off"].includes(state.toLowerCase())) throw syntaxError();
          return ok;
        },
      },
    },
  },
};

/** Throws where it would break the lines of CLIENT LIST. */
export function parseName(name: string, what = "Client names"): string {
  if (/[^!-~]/.test(name)) throw new CommandError(`ERR ${what} cannot contain spaces, newlines or special characters.`);
  return name;
}

/** Since Redis 7.2, and sent by every current client library. */
function setLibrary({ client }: Call, [attribute = "", value = ""]: readonly string[]): Reply {
  switch (attribute.toLowerCase()) {
    case "lib-name":
      client.library = { ...client.library, name: parseName(value, attribute) };
      return ok;
    case "lib-ver":
      client.library = { ...client.library, version: parseName(value, attribute) };
      return ok;
    default:
      throw new CommandError(`ERR Unrecognized option '${quoted(attribute)}'`);
  }
}

function describe(client: Client): string {
  const seconds = (since: number) => Math.floor((Date.now() - since) / 1000);
  const flags = `${client.transaction === undefined ? "" : "x"}${client.touched ? "d" : ""}` || "N";
  return [
    `id=${client.id} addr=${client.address} laddr=${client.localAddress} name=${client.name}`,
    `age=${seconds(client.connectedAt)} idle=${seconds(client.activeAt)} flags=${flags} db=${client.database}`,
    `sub=0 psub=0 ssub=0 multi=${client.transaction?.queued.length ?? -1} cmd=${client.lastCommand}`,
    `user=${client.user} redir=-1 resp=${client.protocol}`,
    `lib-name=${client.library.name} lib-ver=${client.library.version}`,
  ].join(" ");
}

function listClients({ store }: Call, [filter, ...values]: readonly string[]): Reply {
  const all = [...store.clients.values()];
  const found = filter === undefined ? all : filterClients(all, filter, values);
  return { verbatim: found.map((client) => `${describe(client)}\n`).join("") };
}

function filterClients(all: readonly Client[], filter: string, values: readonly string[]): readonly Client[] {
  const [first = ""] = values;
  switch (filter.toLowerCase()) {
    case "id": {
      if (values.length === 0) throw syntaxError();
      const ids = new Set(values.map((value) => parseId(value, "Invalid client ID")));
      return all.filter(({ id }) => ids.has(id));
    }
    case "type":
      if (values.length !== 1) throw syntaxError();
      if (!["normal", "master", "replica", "slave", "pubsub"].includes(first.toLowerCase()))
        throw new CommandError(`ERR Unknown client type '${quoted(first)}'`);
      return first.toLowerCase() === "normal" ? all : [];
    default:
      throw syntaxError();
  }
}

/** By one address, the old form; or by any of ID, ADDR, LADDR, USER and SKIPME, all of which have to fit. */
function killClients({ store, client: self, name }: Call, args: readonly string[]): Reply {
  const [only, second] = args;
  if (only === undefined) throw wrongArity(name);
  const found =
    second === undefined
      ? [...store.clients.values()].filter(({ address }) => address === only)
      : chooseVictims(store, self, args);
  for (const client of found) {
    if (client === self) client.closing = true;
    else client.end();
  }
  if (second !== undefined) return found.length;
  if (found.length === 0) throw new CommandError("ERR No such client");
  return ok;
}

function chooseVictims({ clients, users }: Call["store"], self: Client, args: readonly string[]): readonly Client[] {
  let victims = [...clients.values()];
  let skipSelf = true;
  for (let at = 0; at < args.length; at += 2) {
    const [option = "", value] = args.slice(at);
    if (value === undefined) throw syntaxError();
    switch (option.toLowerCase()) {
      case "id": {
        const wanted = parseId(value, "client-id should be greater than 0");
        victims = victims.filter(({ id }) => id === wanted);
        break;
      }
      case "addr":
        victims = victims.filter(({ address }) => address === value);
        break;
      case "laddr":
        victims = victims.filter(({ localAddress }) => localAddress === value);
        break;
      case "user":
        if (users.get(value) === undefined) throw new CommandError(`ERR No such user '${quoted(value)}'`);
        victims = victims.filter(({ user }) => user === value);
        break;
      case "skipme":
        if (!["yes", "no"].includes(value.toLowerCase())) throw syntaxError();
        skipSelf = value.toLowerCase() === "yes";
        break;
      default:
        throw syntaxError();
    }
  }
  return victims.filter((client) => !(skipSelf && client === self));
}

function parseId(text: string, problem: string): number {
  const id = integerOf(text);
  if (id === undefined || id < 1n) throw new CommandError(`ERR ${problem}`);
  return Number(id);
}
