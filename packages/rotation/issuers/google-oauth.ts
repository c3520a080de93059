import * as v from "valibot";
import { attempt } from "../http.ts";
import type { Rotation } from "../map.ts";
import { sameExcept } from "../value.ts";
import type { Issuer, IssuerPorts } from "./issuer.ts";

const keys = ["GOOGLE_OAUTH_CLIENT_ID", "GOOGLE_OAUTH_CLIENT_SECRET"];
const Refusal = v.object({ error: v.string() });

/**
 * Google lets no program make a client secret: people make one in the console, which holds two at a time, and stage it
 * as a candidate. https://support.google.com/cloud/answer/15549257
 */
export function googleOAuth(
  _rotation: Extract<Rotation, { readonly issuer: "google-oauth" }>,
  { fetch, googleTokenUrl }: IssuerPorts,
): Issuer {
  return {
    keys,
    // Google asks for up to some hours after a change in the console; minutes are what it takes.
    propagationMs: 300_000,
    async create(now, candidate) {
      const secret = candidate?.GOOGLE_OAUTH_CLIENT_SECRET;
      if (candidate === undefined || secret === undefined || secret === now.GOOGLE_OAUTH_CLIENT_SECRET) {
        return {
          kind: "ask",
          text: "No candidate is staged for the Google client secret, and Google lets no program make one.",
          remedy:
            "Add a secret to the OAuth client in the Google console, stage it with the label `candidate`, and rotate: docs/rotation.md, Google step by step.",
        };
      }
      if (!sameExcept(candidate, now, keys) && Object.keys(candidate).some((key) => !(key in now))) {
        return {
          kind: "ask",
          text: "The candidate has keys that the current value has not.",
          remedy: `Stage a candidate with ${keys.join(" and ")} only.`,
        };
      }
      const id = candidate.GOOGLE_OAUTH_CLIENT_ID ?? now.GOOGLE_OAUTH_CLIENT_ID ?? "";
      return {
        kind: "value",
        value: { ...now, GOOGLE_OAUTH_CLIENT_ID: id, GOOGLE_OAUTH_CLIENT_SECRET: secret },
      };
    },
    install: async () => "installed",
    /** A made-up code: Google looks at the client first, so `invalid_grant` says that the pair is good. */
    async prove(value) {
      const answer = await attempt(fetch, googleTokenUrl, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "authorization_code",
          code: "4/mcp-fleet-proves-a-client-secret",
          redirect_uri: "https://localhost",
          client_id: value.GOOGLE_OAUTH_CLIENT_ID ?? "",
          client_secret: value.GOOGLE_OAUTH_CLIENT_SECRET ?? "",
        }),
      });
      if (answer.kind === "unreachable") return { verdict: "undecided", reason: answer.reason };
      const refusal = v.safeParse(Refusal, answer.json);
      const error = refusal.success ? refusal.output.error : undefined;
      if (answer.status === 400 && (error === "invalid_grant" || error === "redirect_uri_mismatch"))
        return { verdict: "accepted" };
      if (answer.status === 401 && error === "invalid_client")
        return { verdict: "rejected", reason: "Google answers 401 invalid_client to this pair of id and secret" };
      return { verdict: "undecided", reason: `Google answered ${answer.status}, which says nothing about the secret` };
    },
    async revoke(retired, kept) {
      const secrets = (await kept()).map((value) => value.GOOGLE_OAUTH_CLIENT_SECRET);
      const old = retired.some((value) => !secrets.includes(value.GOOGLE_OAUTH_CLIENT_SECRET));
      if (!old) return { kind: "none" };
      return {
        kind: "by-hand",
        remedy: "Disable the old client secret in the Google console, then delete it: no API can.",
      };
    },
  };
}
