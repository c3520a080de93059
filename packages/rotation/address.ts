import { isIP } from "node:net";
import { maskSecrets } from "#chat/text/mask.ts";
import { tidied } from "./handwriting.ts";

/** Why a text is not what its key claims: the end of a sentence that begins with the key. It quotes nothing. */
export interface Fault {
  readonly fault: string;
}

const token: Fault = { fault: "looks like a token where an address belongs" };
const scheme: Fault = { fault: "begins with neither https:// nor http://" };
const characters: Fault = { fault: "contains white space or characters that no address has" };
const noHost: Fault = { fault: "has no valid host name" };
const user: Fault = { fault: "contains a user name or a password, which would not be sent" };

const visible = /^[\w.~:/?#[\]@!$&'()*+,;=%-]+$/;
/** With its scheme, or without one; a port or a path may follow a host, and nothing else. */
const written = /^(?:(https?):\/\/|\/{0,9})((?:\[[\d:a-f.]+\]|[\w.-]+)(?::\d{1,5})?)([/?#].*)?$/i;
const label = /^(?!-)[\w-]{1,63}(?<!-)$/;

/**
 * An address that may be asked. What a secret holds is only text until it has been parsed as one: a host name goes to
 * name servers of others, and so would a token in its place.
 */
export class Address {
  readonly #url: URL;

  private constructor(url: URL) {
    this.#url = url;
  }

  static read(text: string): Address | Fault {
    const address = tidied(text);
    const fault = faultOf(address);
    if (fault !== undefined) return fault;
    const [, protocol, place, rest = ""] = written.exec(address) ?? [];
    if (place === undefined) return /^https?:\/\/[^/]/i.test(address) ? noHost : scheme;
    const host = place.replace(/:\d+$/, "").toLowerCase();
    if (protocol === undefined && /^(?:h?ttps?|ftps?)$/.test(host)) return scheme;
    if (isNameless(address) || !(/[.:]/.test(host) || word.test(host))) return token;
    const url = URL.parse(`${protocol ?? "https"}://${place}${rest}`);
    return url !== null && isHost(host) && url.hostname === host ? new Address(url) : noHost;
  }

  get origin(): string {
    return this.#url.origin;
  }

  /** Without a slash at the end. */
  get path(): string {
    return this.#url.pathname.replace(/(?<!\/)\/+$/, "");
  }

  /** A base address has no use for it, nor for the fragment. */
  get query(): URLSearchParams {
    return new URLSearchParams(this.#url.search);
  }

  get fragment(): string {
    return this.#url.hash;
  }

  /** The address of something below it. */
  at(path: string): string {
    return `${this.origin}${this.path}${path}`;
  }
}

/** What is wrong whatever the parts are. */
function faultOf(address: string): Fault | undefined {
  if (address === "") return { fault: "is empty" };
  const authority = address.replace(/^[a-z]{0,9}:?\/\//i, "").split(/[/?#]/, 1)[0] ?? "";
  if (isCredential(decoded(authority))) return token;
  if (!visible.test(address)) return characters;
  return authority.includes("@") ? user : undefined;
}

/** Without a scheme, a dot, a port or a path there is nothing of an address about it. */
function isNameless(address: string): boolean {
  return /^[\w-]+$/.test(address) && address.toLowerCase() !== "localhost";
}

function isHost(name: string): boolean {
  if (name.startsWith("[")) return isIP(name.slice(1, -1)) === 6;
  const labels = name.replace(/\.$/, "").split(".");
  return name.length <= 253 && labels.every((one) => label.test(one));
}

/** A host without a domain is a word, and perhaps a number. */
const word = /^[a-z][a-z_-]{0,31}\d{0,3}$/;
/** Pieces of a UUID, as nobody names a host. */
const uuid =
  /(?<![\da-f])[\da-f]{8}-[\da-f]{4}(?![\da-z])|(?<![\da-z])[\da-f]{4}-[\da-f]{4}-[\da-f]{4}|-[\da-f]{4}-[\da-f]{4}-|-[\da-f]{4}-[\da-f]{8}/i;
/** Longer than what clouds put into the names of hosts, which is 37; and what JSON Web Tokens begin with. */
const long = /[\da-z_]{40}|ey[a-z]\w{8,300}\.ey[a-z]/i;

function isCredential(authority: string): boolean {
  const host = authority.replace(/:\d+$/, "");
  return /^(?:splunk|bearer|basic)\s/i.test(host) || uuid.test(host) || long.test(host) || maskSecrets(host) !== host;
}

function decoded(text: string): string {
  return text.replace(/%([\da-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
