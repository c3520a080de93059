import { CommandError, quoted, syntaxError, wrongArity } from "../errors.ts";
import { integerOf, parseInteger } from "../integer.ts";
import type { Call, Commands } from "../model.ts";
import { authenticate, becomeDefault } from "../permission.ts";
import { ok, type Reply } from "../reply.ts";
import { discard } from "../run.ts";
import { version } from "../version.ts";
import { parseName } from "./client.ts";

export const connection: Commands = {
  ping: {
    arity: -1,
    flags: ["fast"],
    run({ name }, [message, more]) {
      if (more !== undefined) throw wrongArity(name);
      return message ?? { simple: "PONG" };
    },
  },
  echo: { arity: 2, flags: ["fast"], run: (_call, [message = ""]) => message },
  quit: {
    arity: -1,
    flags: ["fast", "no_auth"],
    run({ client }) {
      client.closing = true;
      return ok;
    },
  },
  select: {
    arity: 2,
    flags: ["fast"],
    run({ store, client }, [text = ""]) {
      const index = Number(parseInteger(text));
      if (store.databases[index] === undefined) throw new CommandError("ERR DB index is out of range");
      client.database = index;
      return ok;
    },
  },
  auth: { arity: -2, flags: ["fast", "no_auth"], run: logIn },
  hello: { arity: -1, flags: ["fast", "no_auth"], run: greet },
  reset: {
    arity: 1,
    flags: ["fast", "no_auth"],
    run({ store, client }) {
      discard(client);
      client.database = 0;
      client.protocol = 2;
      client.name = "";
      becomeDefault(store, client);
      return { simple: "RESET" };
    },
  },
};

function logIn({ store, client }: Call, [first = "", second, more]: readonly string[]): Reply {
  if (more !== undefined) throw syntaxError();
  if (second === undefined && store.users.default.nopass)
    throw new CommandError(
      "ERR AUTH <password> called without any password configured for the default user. " +
        "Are you sure your configuration is correct?",
    );
  const [name, password] = second === undefined ? ["default", first] : [first, second];
  authenticate(store, client, name, password);
  return ok;
}

function greet({ store, client }: Call, [wanted, ...options]: readonly string[]): Reply {
  const protocol = wanted === undefined ? client.protocol : parseProtocol(wanted);
  for (let at = 0; at < options.length; at++) {
    const [option = "", first, second] = options.slice(at);
    if (option.toLowerCase() === "auth" && first !== undefined && second !== undefined) {
      authenticate(store, client, first, second);
      at += 2;
    } else if (option.toLowerCase() === "setname" && first !== undefined) {
      client.name = parseName(first);
      at++;
    } else throw new CommandError(`ERR Syntax error in HELLO option '${quoted(option, option.length)}'`);
  }
  if (!client.authenticated)
    throw new CommandError(
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> " +
        "option can be used to authenticate the client and select the RESP protocol version at the same time",
    );
  client.protocol = protocol;
  return {
    pairs: [
      ["server", "redis"],
      ["version", version],
      ["proto", client.protocol],
      ["id", client.id],
      ["mode", "standalone"],
      ["role", "master"],
      ["modules", []],
    ],
  };
}

function parseProtocol(text: string): 2 | 3 {
  const wanted = integerOf(text);
  if (wanted === undefined) throw new CommandError("ERR Protocol version is not an integer or out of range");
  if (wanted === 2n) return 2;
  if (wanted === 3n) return 3;
  throw new CommandError("NOPROTO unsupported protocol version");
}
