import { askerOf } from "../ask.ts";
import type { Rotation, SecretEntry } from "../map.ts";
import { googleOAuth } from "./google-oauth.ts";
import type { AskingPorts, Issuer, IssuerPorts } from "./issuer.ts";
import { people } from "./people.ts";
import { random } from "./random.ts";
import { redisAuth } from "./redis-auth.ts";
import { splunkHec } from "./splunk-hec.ts";

export type {
  Creation,
  FoundLeftovers,
  Installation,
  Issuer,
  IssuerPorts,
  Proof,
  RedisAuth,
  Revocation,
} from "./issuer.ts";

type Of<Name extends Rotation["issuer"]> = Extract<Rotation, { readonly issuer: Name }>;

/** A new issuer is one file and one entry here. */
const issuers: { readonly [Name in Rotation["issuer"]]: (rotation: Of<Name>, ports: AskingPorts) => Issuer } = {
  "splunk-hec": splunkHec,
  "google-oauth": googleOAuth,
  "redis-auth": redisAuth,
  random,
};

export const issuerNames = [
  "splunk-hec",
  "google-oauth",
  "redis-auth",
  "random",
] as const satisfies readonly Rotation["issuer"][];

/** Who issues the values of a secret: people, if the map declines a rotation. */
export function issuerOf({ id, rotation }: Pick<SecretEntry, "id" | "rotation">, outside: IssuerPorts): Issuer {
  if ("declined" in rotation) return people;
  const ports: AskingPorts = { ...outside, ask: askerOf(id, outside) };
  switch (rotation.issuer) {
    case "splunk-hec":
      return issuers["splunk-hec"](rotation, ports);
    case "google-oauth":
      return issuers["google-oauth"](rotation, ports);
    case "redis-auth":
      return issuers["redis-auth"](rotation, ports);
    case "random":
      return issuers.random(rotation, ports);
  }
}
