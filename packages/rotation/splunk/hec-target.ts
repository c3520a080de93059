import { Address, type Fault } from "../address.ts";
import { Credential } from "../credential.ts";
import { isBlank, type SecretValue, textAt } from "../value.ts";
import { type HecTarget, normalizeHecUrl } from "./hec.ts";

export const addressKey = "SPLUNK_HEC_URL";
export const tokenKey = "SPLUNK_HEC_TOKEN";

/** Whom a secret lets ask what; or all that stands against it, as sentences' beginnings without a value. */
export function readTarget(value: SecretValue): HecTarget | { readonly faults: readonly string[] } {
  const address = readAt(value, addressKey, readAddress);
  const token = readAt(value, tokenKey, Credential.read);
  if (address instanceof Address && token instanceof Credential) {
    if (!shareAPiece(address.at(""), token.reveal())) return { address, token };
    return { faults: [`${addressKey} contains part of the token`] };
  }
  return {
    faults: [
      ...(address instanceof Address ? [] : [`${addressKey} ${address.fault}`]),
      ...(token instanceof Credential ? [] : [`${tokenKey} ${token.fault}`]),
    ],
  };
}

function readAt<T>(value: SecretValue, key: string, read: (text: string) => T | Fault): T | Fault {
  const held = value[key];
  if (held === undefined) return { fault: "is missing" };
  if (!isBlank(held) && typeof held !== "string") return { fault: "is not a string" };
  return read(textAt(value, key));
}

const uuid = /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/i;

function readAddress(text: string): Address | Fault {
  const address = Address.read(normalizeHecUrl(text));
  return address instanceof Address && uuid.test(address.path) ? { fault: "has a token in its path" } : address;
}

const pieceLength = 12;

/** Whether a piece of the token stands in the address, whatever its case and what stands between its characters. */
function shareAPiece(address: string, token: string): boolean {
  const place = bare(address);
  const secret = bare(token);
  const pieces = Array.from({ length: secret.length }, (_, at) => secret.slice(at, at + pieceLength));
  return pieces.some((piece) => piece.length === pieceLength && /\d/.test(piece) && place.includes(piece));
}

function bare(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}
