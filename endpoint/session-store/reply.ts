import { CommandError } from "./errors.ts";

/** The version of the protocol that a client speaks: https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export type Protocol = 2 | 3;

/** What a command answers. Text is binary: one character a byte. A string is a bulk string, null the absence of one. */
export type Reply =
  | string
  | number
  | bigint
  | null
  | readonly Reply[]
  | CommandError
  | { readonly simple: string }
  | { readonly pairs: readonly (readonly [Reply, Reply])[] }
  | { readonly members: readonly Reply[] }
  | { readonly verbatim: string }
  | { readonly absent: "array" };

export const ok: Reply = { simple: "OK" };

/** Longer replies are not built: a client that asks for one is cut off, as by `client-output-buffer-limit`. */
const longestReply = 256 * 1024 * 1024;

export class ReplyTooLong extends Error {
  override readonly name = "ReplyTooLong";
}

/** The reply on the wire, one character a byte. Throws {@link ReplyTooLong}. */
export function encode(reply: Reply, protocol: Protocol): string {
  let out = "";
  write(reply);
  return out;

  function write(value: Reply): void {
    const { text, items } = partsOf(value, protocol);
    out += text;
    if (out.length > longestReply) throw new ReplyTooLong();
    for (const item of items) write(item);
  }
}

interface Parts {
  readonly text: string;
  readonly items: readonly Reply[];
}

const only = (text: string): Parts => ({ text, items: [] });
const list = (sign: string, items: readonly Reply[], length = items.length): Parts => ({
  text: `${sign}${length}\r\n`,
  items,
});

function partsOf(value: Reply, protocol: Protocol): Parts {
  if (typeof value === "string") return only(`$${value.length}\r\n${value}\r\n`);
  if (typeof value === "number" || typeof value === "bigint") return only(`:${value}\r\n`);
  if (value === null) return only(protocol === 3 ? "_\r\n" : "$-1\r\n");
  if (value instanceof CommandError) return only(`-${value.message.replace(/[\r\n]/g, " ")}\r\n`);
  if ("simple" in value) return only(`+${value.simple}\r\n`);
  return protocol === 3 ? partsInThree(value) : partsInTwo(value);
}

type Aggregate = Exclude<Reply, string | number | bigint | null | CommandError | { readonly simple: string }>;

function partsInTwo(value: Aggregate): Parts {
  if ("absent" in value) return only("*-1\r\n");
  if ("members" in value) return list("*", value.members);
  if ("pairs" in value) return list("*", value.pairs.flat());
  if ("verbatim" in value) return partsOf(value.verbatim, 2);
  return list("*", value);
}

function partsInThree(value: Aggregate): Parts {
  if ("absent" in value) return only("_\r\n");
  if ("members" in value) return list("~", value.members);
  if ("pairs" in value) return list("%", value.pairs.flat(), value.pairs.length);
  if ("verbatim" in value) return only(`=${value.verbatim.length + 4}\r\ntxt:${value.verbatim}\r\n`);
  return list("*", value);
}
