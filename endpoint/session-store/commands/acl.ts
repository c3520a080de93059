import { CommandError } from "../errors.ts";
import type { Call, Commands } from "../model.ts";
import { ok, type Reply } from "../reply.ts";
import { describeCommands, describeUser, type User } from "../users.ts";

/** ACL, as far as rotating and reading passwords needs it. */
export const acl: Commands = {
  acl: {
    subcommands: {
      whoami: { arity: 2, flags: [], run: ({ client }) => client.user },
      users: { arity: 2, flags: ["admin"], run: ({ store }) => store.users.all.map(({ name }) => name) },
      list: { arity: 2, flags: ["admin"], run: ({ store }) => store.users.all.map(describeUser) },
      getuser: { arity: 3, flags: ["admin"], run: getUser },
      setuser: {
        arity: -3,
        flags: ["admin"],
        run({ store }, [name = "", ...rules]) {
          if (/[ \t\n\v\f\r\0]/.test(name))
            throw new CommandError("ERR Usernames can't contain spaces or null characters");
          store.users.change(name, rules);
          return ok;
        },
      },
      deluser: { arity: -3, flags: ["admin"], run: deleteUsers },
    },
  },
};

function getUser({ store }: Call, [name = ""]: readonly string[]): Reply {
  const user = store.users.get(name);
  if (user === undefined) return null;
  const patterns = (listed: User["keys"], sign: string) =>
    listed === "all" ? `${sign}*` : listed.map((pattern) => `${sign}${pattern}`).join(" ");
  return {
    pairs: [
      ["flags", { members: [user.enabled ? "on" : "off", ...(user.nopass ? ["nopass"] : [])] }],
      ["passwords", user.passwords],
      ["commands", describeCommands(user)],
      ["keys", patterns(user.keys, "~")],
      ["channels", patterns(user.channels, "&")],
      ["selectors", []],
    ],
  };
}

/** Disconnects every client that is one of them. */
function deleteUsers({ store, client: self }: Call, names: readonly string[]): Reply {
  if (names.includes("default")) throw new CommandError("ERR The 'default' user cannot be removed");
  const deleted = names.filter((name) => store.users.delete(name));
  for (const client of store.clients.values()) {
    if (!deleted.includes(client.user)) continue;
    if (client === self) client.closing = true;
    else client.end();
  }
  return deleted.length;
}
