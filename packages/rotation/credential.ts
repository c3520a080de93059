import { Secret } from "#chat/receivers/secret.ts";
import type { Fault } from "./address.ts";
import { tidied } from "./handwriting.ts";

const prefix = /^(?:authorization\s*[:=]\s*)?(?:splunk|bearer)(?:[\s:=+]|%20)+/i;
/** A scheme, encoded or not, a path of Splunk's, or a host with a domain or a port. */
const address =
  /:\/\/|^https?[:;%/]|%2f|\/services\b|^(?:[a-z0-9-]{1,63}\.){1,10}[a-z]{2,24}(?::\d{1,5})?(?:\/|$)|^[\w.-]{1,253}:\d{1,5}(?:\/|$)/i;

/** A token that may be sent. As text of a secret it may be an address, which no server but its own should be told. */
export class Credential extends Secret {
  private constructor(token: string) {
    super(token);
  }

  static read(text: string): Credential | Fault {
    const token = tokenIn(text);
    if (token === "") return { fault: "is empty" };
    if (address.test(token)) return { fault: "looks like an address where a token belongs" };
    if (!/^[!#-;=?-[\]-z|~]+$/.test(token)) {
      return { fault: "contains white space or characters that no token has" };
    }
    return new Credential(token);
  }
}

/** The token itself of what was copied with quotes, white space or the scheme of its header around it. */
export function tokenIn(text: string): string {
  let token = tidied(text);
  while (prefix.test(token)) token = tidied(token.replace(prefix, ""));
  return token;
}
