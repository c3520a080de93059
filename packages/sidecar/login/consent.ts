import type { Request, Response } from "express";
import * as oidc from "openid-client";
import type { AuditClient } from "../audit/index.ts";
import { describeError, type Log } from "../log.ts";
import { StoreUnavailable } from "../sessions/index.ts";
import type { LoginAddress } from "./address.ts";
import { isBound } from "./browser.ts";
import { type IdentityProvider, type Trip, UserRefused } from "./identity.ts";
import { sendProblemPage } from "./page.ts";
import { type Authorization, authorizationSeconds, codeSeconds, type LoginRecords, type User } from "./records.ts";
import { hashSecret, mintSecret } from "./secret.ts";

export interface ConsentParts {
  readonly records: LoginRecords;
  readonly provider: IdentityProvider;
  readonly address: LoginAddress;
  readonly audit: AuditClient;
  readonly log: Log;
}

const expired = "This login has expired or was started in another browser. Start it again from your MCP client.";

/** The way to the identity provider and back. */
export interface Consent {
  /** `POST /consent`: the person's answer. */
  leave(req: Request, res: Response, form: URLSearchParams): Promise<void>;
  /** The redirect URI registered at the provider. */
  comeBack(req: Request, res: Response, query: URLSearchParams): Promise<void>;
}

export function openConsent({ records, provider, address, audit, log }: ConsentParts): Consent {
  const { externalUrl } = address;

  function refuse(res: Response, asked: Authorization, error: string, description: string, user?: User): void {
    audit.record({
      action: "login",
      outcome: error === "access_denied" ? "denied" : "failed",
      reason: error,
      user: user === undefined ? undefined : { id: user.subject, email: user.email },
      client: { id: asked.clientId, name: asked.clientName },
    });
    finish(res, asked, { error, error_description: description });
  }

  function finish(res: Response, { redirectUri, state }: Authorization, parameters: Record<string, string>): void {
    const target = new URL(redirectUri);
    // `iss` lets a client of several servers see which one answers (RFC 9207).
    for (const [name, value] of Object.entries({ ...parameters, iss: address.issuer })) {
      target.searchParams.set(name, value);
    }
    if (state !== undefined) target.searchParams.set("state", state);
    res.set("Cache-Control", "no-store").redirect(303, target.href);
  }

  return {
    leave: async (req, res, form) => {
      const decision = form.get("decision");
      const id = form.get("id");
      const authorization =
        id === null || (decision !== "allow" && decision !== "deny")
          ? undefined
          : await records.authorizations.take(hashSecret(id));
      if (authorization === undefined || !isBound(req, externalUrl, authorization.browser)) {
        sendProblemPage(res, 400, expired);
        return;
      }
      if (decision === "deny") return refuse(res, authorization, "access_denied", "The user declined.");
      const trip: Trip = { state: mintSecret(), nonce: mintSecret(), verifier: oidc.randomPKCECodeVerifier() };
      const { nonce, verifier } = trip;
      await records.departures.set(hashSecret(trip.state), { authorization, nonce, verifier }, authorizationSeconds);
      try {
        res.redirect(303, (await provider.authorizationUrl(trip)).href);
      } catch (error) {
        const away = `${provider.name} does not answer`;
        log.error(`${away}: ${describeError(error)}. The login was refused; the user may try again.`);
        refuse(res, authorization, "temporarily_unavailable", `${away}. Try again.`);
      }
    },
    comeBack: async (req, res, query) => {
      const state = query.get("state") ?? "";
      const departure = await records.departures.take(hashSecret(state));
      if (departure === undefined || !isBound(req, externalUrl, departure.authorization.browser)) {
        sendProblemPage(res, 400, expired);
        return;
      }
      const { authorization, nonce, verifier } = departure;
      try {
        const { user, tokens } = await provider.redeem(query, { state, nonce, verifier });
        const code = mintSecret();
        await records.codes.set(hashSecret(code), { authorization, user, google: tokens }, codeSeconds);
        finish(res, authorization, { code });
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        const { code, text, user } = explain(error, provider.name);
        log.error(`A login failed: ${text} ${remedyFor(error, provider)}`.trimEnd());
        refuse(res, authorization, code, text, user);
      }
    },
  };
}

/** openid-client's codes for no answer in time, and for a status such as 503: a retry may work. */
const passing: readonly string[] = ["OAUTH_TIMEOUT", "OAUTH_RESPONSE_IS_NOT_CONFORM"];

/** The error for the client: OAuth's code and a text without the provider's own words. */
function explain(error: unknown, name: string): { code: string; text: string; user?: User } {
  if (error instanceof UserRefused) return { code: "access_denied", text: error.message, user: error.user };
  if (error instanceof oidc.AuthorizationResponseError) {
    return error.error === "access_denied"
      ? { code: "access_denied", text: `The user declined at ${name}.` }
      : { code: "server_error", text: `${name} refused the login.` };
  }
  if (error instanceof oidc.ResponseBodyError) {
    return { code: "server_error", text: `${name} refused the login: ${error.error}.` };
  }
  if (error instanceof oidc.ClientError && !passing.includes(error.code ?? "")) {
    return { code: "server_error", text: `${name}'s answer failed validation.` };
  }
  return { code: "temporarily_unavailable", text: `${name} does not answer. Try again.` };
}

function remedyFor(error: unknown, { name, settings }: IdentityProvider): string {
  if (error instanceof oidc.ResponseBodyError && error.error === "invalid_client") {
    return (
      `${name} does not accept ${settings.prefix}_CLIENT_ID with ${settings.prefix}_CLIENT_SECRET: set the current pair ` +
      `in the secret ${settings.secret} and roll the service.`
    );
  }
  return error instanceof UserRefused ? "" : `(${describeError(error)})`;
}
