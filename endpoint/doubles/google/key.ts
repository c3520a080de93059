import { randomUUID } from "node:crypto";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from "jose";

export interface SigningKey {
  readonly id: string;
  readonly privateKey: CryptoKey;
  /** As the JWKS shows it. */
  readonly publicJwk: JWK;
}

export async function createSigningKey(): Promise<SigningKey> {
  const id = randomUUID();
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  return { id, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid: id, use: "sig", alg: "RS256" } };
}
