import { sign } from "node:crypto";

/** PEM. The certificate is at the address that each message names. */
export interface SigningKey {
  readonly certificate: string;
  readonly privateKey: string;
}

/** SHA-1, which is the default, or SHA-256. */
export const signatureVersions = { "1": "sha1", "2": "sha256" } as const;
export type SignatureVersion = keyof typeof signatureVersions;

/** Those that a message has are signed, in this order. */
const signedMembers = [
  ...["Message", "MessageId", "Subject", "SubscribeURL"],
  ...["Timestamp", "Token", "TopicArn", "Type"],
];

/** https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html */
export function signatureOf(message: Readonly<Record<string, unknown>>, version: SignatureVersion, key: SigningKey) {
  const text = signedMembers
    .filter((name) => typeof message[name] === "string")
    .map((name) => `${name}\n${message[name]}\n`)
    .join("");
  return {
    SignatureVersion: version,
    Signature: sign(signatureVersions[version], Buffer.from(text), key.privateKey).toString("base64"),
  };
}
