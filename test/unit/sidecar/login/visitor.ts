import { createHash } from "node:crypto";
import * as v from "valibot";
import { type Answer, asForm, asJson, type Door } from "./door.ts";

export const redirectUri = "http://localhost:33418/callback";
export const verifier = "a-verifier-of-the-test-that-is-long-enough-0123";
export const challenge = createHash("sha256").update(verifier).digest("base64url");

const Registered = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ client_id: v.string(), client_secret: v.optional(v.string()) }),
);
const Issued = v.pipe(v.string(), v.parseJson(), v.object({ access_token: v.string(), refresh_token: v.string() }));

export const metadata = { redirect_uris: [redirectUri], client_name: "Test", token_endpoint_auth_method: "none" };

export async function registerClient(door: Door, changed: Readonly<Record<string, unknown>> = {}) {
  return v.parse(Registered, (await door.ask("/register", asJson({ ...metadata, ...changed }))).body);
}

export function authorizePath(clientId: string, changed: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    code_challenge: challenge,
    code_challenge_method: "S256",
    state: "the-client-s-state",
    ...changed,
  });
  return `/authorize?${query}`;
}

/** The consent page of a request, and what its form sends. */
export async function openConsentPage(door: Door, path: string) {
  const page = await door.ask(path);
  const [, id = ""] = /name="id" value="([^"]+)"/.exec(page.body) ?? [];
  const cookie = String(page.headers["set-cookie"] ?? "").split(";")[0] ?? "";
  return { page, id, cookie };
}

/** From the consent page to the client's address, by a provider that admits everybody. */
export async function consentTo(door: Door, path: string, decision = "allow"): Promise<URL> {
  const { id, cookie } = await openConsentPage(door, path);
  const left = await door.ask("/consent", asForm({ id, decision }, { cookie }));
  if (decision === "deny") return locationOf(left);
  const state = locationOf(left).searchParams.get("state") ?? "";
  return locationOf(await door.ask(`/oauth2callback?code=x&state=${state}`, { headers: { cookie } }));
}

export const locationOf = ({ headers }: Answer): URL => new URL(String(headers.location));

export async function exchange(door: Door, fields: Readonly<Record<string, string>>, headers = {}): Promise<Answer> {
  return door.ask("/token", asForm(fields, headers));
}

export const tokensOf = ({ body }: Answer) => v.parse(Issued, body);

/** @returns the tokens, and the code that they came by */
export async function logIn(door: Door) {
  const { client_id } = await registerClient(door);
  const code = (await consentTo(door, authorizePath(client_id))).searchParams.get("code") ?? "";
  const fields = { grant_type: "authorization_code", client_id, code, code_verifier: verifier };
  return { client_id, fields, ...tokensOf(await exchange(door, fields)) };
}

export const ping = (token: string) =>
  asJson(
    { jsonrpc: "2.0", id: 1, method: "ping" },
    { authorization: `Bearer ${token}`, accept: "application/json, text/event-stream" },
  );
