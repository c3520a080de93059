import express, { type Request, type Response, type Router } from "express";
import * as oidc from "openid-client";
import * as v from "valibot";
import type { AuditClient } from "../audit/index.ts";
import { describeError, type Log } from "../log.ts";
import { StoreUnavailable } from "../sessions/index.ts";
import { isBound } from "./browser.ts";
import { type Google, type Trip, UserRefused } from "./google.ts";
import { sendProblemPage } from "./page.ts";
import { type Authorization, authorizationSeconds, codeSeconds, type LoginRecords, type User } from "./records.ts";
import { hashSecret, mintSecret } from "./secret.ts";

export interface RouteOptions {
  readonly records: LoginRecords;
  readonly google: Google;
  readonly externalUrl: URL;
  readonly redirectUri: URL;
  readonly audit: AuditClient;
  readonly log: Log;
}

const consentForm = v.object({ id: v.string(), decision: v.picklist(["allow", "deny"]) });

const expired = "This login has expired or was started in another browser. Start it again from your MCP client.";

/** The way to Google and back: `POST /consent` and the redirect URI registered at Google. */
export function loginRoutes(options: RouteOptions): Router {
  const { records, google, externalUrl, audit, log } = options;

  async function leave(req: Request, res: Response): Promise<void> {
    const form = v.safeParse(consentForm, req.body);
    const authorization = form.success ? await records.authorizations.take(hashSecret(form.output.id)) : undefined;
    if (!form.success || authorization === undefined || !isBound(req, externalUrl, authorization.browser)) {
      sendProblemPage(res, 400, expired);
      return;
    }
    if (form.output.decision === "deny") {
      refuse(res, authorization, "access_denied", "The user declined.", undefined);
      return;
    }
    const trip: Trip = { state: mintSecret(), nonce: mintSecret(), verifier: oidc.randomPKCECodeVerifier() };
    const { nonce, verifier } = trip;
    await records.departures.set(hashSecret(trip.state), { authorization, nonce, verifier }, authorizationSeconds);
    try {
      res.redirect(303, (await google.authorizationUrl(trip)).href);
    } catch (error) {
      log.error(`Google does not answer: ${describeError(error)}. The login was refused; the user may try again.`);
      refuse(res, authorization, "temporarily_unavailable", "Google does not answer. Try again.", undefined);
    }
  }

  async function comeBack(req: Request, res: Response): Promise<void> {
    const query = new URL(req.originalUrl, externalUrl).searchParams;
    const state = query.get("state") ?? "";
    const departure = await records.departures.take(hashSecret(state));
    if (departure === undefined || !isBound(req, externalUrl, departure.authorization.browser)) {
      sendProblemPage(res, 400, expired);
      return;
    }
    const { authorization, nonce, verifier } = departure;
    try {
      const { user, tokens } = await google.redeem(query, { state, nonce, verifier });
      const code = mintSecret();
      await records.codes.set(hashSecret(code), { authorization, user, google: tokens }, codeSeconds);
      finish(res, authorization, { code });
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      const { code, text, user } = explain(error);
      log.error(`A login failed: ${text} ${remedyFor(error)}`.trimEnd());
      refuse(res, authorization, code, text, user);
    }
  }

  function refuse(res: Response, asked: Authorization, error: string, description: string, user: User | undefined) {
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
    for (const [name, value] of Object.entries({ ...parameters, iss: externalUrl.href })) {
      target.searchParams.set(name, value);
    }
    if (state !== undefined) target.searchParams.set("state", state);
    res.set("Cache-Control", "no-store").redirect(303, target.href);
  }

  const guarded = (handle: (req: Request, res: Response) => Promise<void>) => async (req: Request, res: Response) => {
    try {
      await handle(req, res);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      res.set("Retry-After", "5");
      sendProblemPage(res, 503, error.message);
    }
  };

  const router = express.Router();
  router.post("/consent", express.urlencoded({ extended: false, limit: "10kb" }), guarded(leave));
  router.get(options.redirectUri.pathname, guarded(comeBack));
  return router;
}

/** openid-client's codes for no answer in time, and for a status such as 503: a retry may work. */
const passing: readonly string[] = ["OAUTH_TIMEOUT", "OAUTH_RESPONSE_IS_NOT_CONFORM"];

/** The error for the client: OAuth's code and a text without Google's own words. */
function explain(error: unknown): { code: string; text: string; user?: User } {
  if (error instanceof UserRefused) return { code: "access_denied", text: error.message, user: error.user };
  if (error instanceof oidc.AuthorizationResponseError) {
    const denied = error.error === "access_denied";
    return denied
      ? { code: "access_denied", text: "The user declined at Google." }
      : { code: "server_error", text: "Google refused the login." };
  }
  if (error instanceof oidc.ResponseBodyError) {
    return { code: "server_error", text: `Google refused the login: ${error.error}.` };
  }
  if (error instanceof oidc.ClientError && !passing.includes(error.code ?? "")) {
    return { code: "server_error", text: "Google's answer failed validation." };
  }
  return { code: "temporarily_unavailable", text: "Google does not answer. Try again." };
}

function remedyFor(error: unknown): string {
  if (error instanceof oidc.ResponseBodyError && error.error === "invalid_client") {
    return (
      "Google does not accept GOOGLE_OAUTH_CLIENT_ID with GOOGLE_OAUTH_CLIENT_SECRET: set the current pair in the " +
      "secret /<stage>/mcp/google-oauth and roll the service."
    );
  }
  return error instanceof UserRefused ? "" : `(${describeError(error)})`;
}
