import * as v from "valibot";
import { Address } from "../address.ts";
import type { Rotation } from "../map.ts";
import { type SecretValue, sameExcept, textAt } from "../value.ts";
import { type AskingPorts, type Issuer, turnMs } from "./issuer.ts";

const idKey = "GOOGLE_OAUTH_CLIENT_ID";
const secretKey = "GOOGLE_OAUTH_CLIENT_SECRET";
const keys = [idKey, secretKey];
const Refusal = v.object({ error: v.string() });

/**
 * Google has no API to create a client secret: people create one in the console, which holds two at a time, and stage
 * it
 * as a candidate. https://support.google.com/cloud/answer/15549257
 */
export function googleOAuth(
  _rotation: Extract<Rotation, { readonly issuer: "google-oauth" }>,
  { ask, clock, googleTokenUrl }: AskingPorts,
): Issuer {
  const address = Address.read(googleTokenUrl);
  if (!(address instanceof Address)) throw new Error(`GOOGLE_TOKEN_URL ${address.fault}. The stack Rotation sets it.`);
  const secretIn = (value: SecretValue) => textAt(value, secretKey);
  return {
    keys,
    // Google allows some hours for a change in the console to take effect; in practice it is minutes.
    propagationMs: 300_000,
    async create(now, candidate) {
      const secret = secretIn(candidate ?? {});
      if (candidate === undefined || secret === "" || secret === secretIn(now)) {
        return {
          kind: "ask",
          text: "No candidate is staged for the Google client secret, and Google has no API to create one.",
          remedy:
            "Add a secret to the OAuth client in the Google console, stage it with the label `candidate`, and rotate: docs/rotation.md, Google step by step.",
        };
      }
      if (!sameExcept(candidate, now, keys) && Object.keys(candidate).some((key) => !(key in now))) {
        return {
          kind: "ask",
          text: "The candidate has keys that the current value does not have.",
          remedy: `Stage a candidate with ${keys.join(" and ")} only.`,
        };
      }
      const id = textAt(candidate, idKey) || textAt(now, idKey);
      return { kind: "value", value: { ...now, [idKey]: id, [secretKey]: secret } };
    },
    install: async () => "installed",
    /** A made-up code: Google checks the client first, so `invalid_grant` means that the pair is valid. */
    async prove(value) {
      const answer = await ask(
        { name: "Google", address, path: "", serves: [400, 401], needs: "free" },
        {
          method: "POST",
          body: new URLSearchParams({
            grant_type: "authorization_code",
            code: "4/mcp-fleet-proves-a-client-secret",
            redirect_uri: "https://localhost",
            client_id: textAt(value, idKey),
            client_secret: secretIn(value),
          }),
        },
        clock.now() + turnMs,
      );
      if (answer.kind !== "answer") return { verdict: "undecided", reason: answer.reason };
      const refusal = v.safeParse(Refusal, answer.json);
      const error = refusal.success ? refusal.output.error : undefined;
      if (answer.status === 400 && (error === "invalid_grant" || error === "redirect_uri_mismatch"))
        return { verdict: "accepted" };
      if (answer.status === 401 && error === "invalid_client")
        return { verdict: "rejected", reason: "Google answers 401 invalid_client to this pair of id and secret" };
      return {
        verdict: "undecided",
        reason: `Google answered ${answer.status}, which proves nothing about the secret`,
      };
    },
    findsLeftovers: false,
    names: async (values) =>
      values.some((value) => secretIn(value) !== "") ? ["the client secret before this one"] : [],
    async revoke(retired, kept) {
      const secrets = (await kept()).map(secretIn);
      const old = retired.some((value) => !secrets.includes(secretIn(value)));
      if (!old) return { kind: "none" };
      return {
        kind: "by-hand",
        remedy: "Disable the old client secret in the Google console, then delete it: no API can.",
      };
    },
  };
}
