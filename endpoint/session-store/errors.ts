/** An error reply, in the words of Redis 7.0: its code comes first. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** An invalid frame: the client gets the error, and is disconnected. */
export class ProtocolError extends CommandError {
  constructor(problem: string) {
    super(`ERR Protocol error: ${problem}`);
  }
}

export const syntaxError = () => new CommandError("ERR syntax error");
export const noSuchKey = () => new CommandError("ERR no such key");
export const wrongType = () => new CommandError("WRONGTYPE Operation against a key holding the wrong kind of value");
export const outOfMemory = () => new CommandError("OOM command not allowed when used memory > 'maxmemory'.");
export const wrongArity = (name: string) => new CommandError(`ERR wrong number of arguments for '${name}' command`);
export const invalidExpiry = (name: string) => new CommandError(`ERR invalid expire time in '${name}' command`);
export const wrongPassword = () => new CommandError("WRONGPASS invalid username-password pair or user is disabled.");

/** As C prints text into an error: up to the first zero byte, 128 at most. */
export function quoted(text: string, longest = 128): string {
  const end = text.indexOf("\0");
  return text.slice(0, Math.min(longest, end < 0 ? text.length : end));
}
