import type { Call, Commands, SingleCommand } from "../model.ts";
import type { Reply } from "../reply.ts";
import { version } from "../version.ts";

/** COMMAND, which `redis-cli` uses for hints, and some libraries to find the keys. */
export const introspection: Commands = {
  command: {
    run: ({ store }) => store.catalog.map(([name, command]) => describe(name, command)),
    subcommands: {
      count: { arity: 2, flags: [], run: ({ store }) => store.catalog.length },
      list: { arity: 2, flags: [], run: ({ store }) => store.catalog.map(([name]) => name) },
      info: {
        arity: -2,
        flags: [],
        run: ({ store }, names) =>
          (names.length === 0 ? store.catalog.map(([name]) => name) : names).map((name) => {
            const found = store.catalog.find(([known]) => known === name.toLowerCase());
            return found === undefined ? { absent: "array" } : describe(...found);
          }),
      },
      docs: { arity: -2, flags: [], run: documents },
    },
  },
};

function describe(name: string, command: Commands[string]): Reply {
  const { arity, flags, keys } = "subcommands" in command ? container : command;
  const subcommands = "subcommands" in command ? Object.entries(command.subcommands) : [];
  return [
    name,
    arity,
    { members: flags.map((simple) => ({ simple })) },
    ...(keys ?? [0, 0, 0]),
    { members: [] },
    [],
    [],
    subcommands.map(([sub, single]) => describe(`${name}|${sub}`, single)),
  ];
}

const container: Pick<SingleCommand, "arity" | "flags" | "keys"> = { arity: -2, flags: [] };

function documents({ store }: Call, names: readonly string[]): Reply {
  const wanted = names.map((name) => name.toLowerCase());
  return {
    pairs: store.catalog
      .filter(([name]) => wanted.length === 0 || wanted.includes(name))
      .map(([name]) => [
        name,
        {
          pairs: [
            ["summary", `as Redis ${version} has it`],
            ["since", "1.0.0"],
            ["group", "generic"],
          ],
        },
      ]),
  };
}
