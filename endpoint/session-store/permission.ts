import { CommandError, wrongPassword } from "./errors.ts";
import { keysIn } from "./key-positions.ts";
import type { Client, Queued, Store } from "./model.ts";
import { accepts, mayRun, mayTouch } from "./users.ts";

export function mustAuthenticate({ users }: Store, client: Client): boolean {
  const { nopass, enabled } = users.default;
  return !(nopass && enabled) && !client.authenticated;
}

/** Throws WRONGPASS, and leaves the client's user unchanged. */
export function authenticate({ users }: Store, client: Client, name: string, password: string): void {
  const user = users.get(name);
  if (user === undefined || !accepts(user, password)) throw wrongPassword();
  client.user = name;
  client.authenticated = true;
}

/** As a client is before it says who it is. */
export function becomeDefault({ users }: Store, client: Client): void {
  client.user = "default";
  client.authenticated = users.default.nopass && users.default.enabled;
}

/** Throws NOPERM. */
export function checkPermission(store: Store, client: Client, wanted: Queued): void {
  switch (denial(store, client, wanted)) {
    case "command":
      throw new CommandError(`NOPERM this user has no permissions to run the '${wanted.name}' command`);
    case "key":
      throw new CommandError("NOPERM this user has no permissions to access one of the keys used as arguments");
  }
}

/** For a command that was queued while it was allowed. */
export function whyNoLongerAllowed(store: Store, client: Client, queued: Queued): CommandError | undefined {
  const denied = denial(store, client, queued);
  if (denied === undefined) return undefined;
  const reason =
    denied === "command"
      ? "no permission to execute the command or subcommand"
      : "no permission to touch the specified keys";
  return new CommandError(
    "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. " +
      `This command is no longer allowed for the following reason: ${reason}`,
  );
}

function denial({ users }: Store, client: Client, { command, name, args }: Queued): "command" | "key" | undefined {
  const user = users.get(client.user);
  if (command.flags.includes("no_auth")) return undefined;
  if (user === undefined || !mayRun(user, name)) return "command";
  return mayTouch(user, keysIn(command, args)) ? undefined : "key";
}
