import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asForm, type Door, documented, host, openDoor, origin } from "./door.ts";
import {
  authorizePath,
  consentTo,
  exchange,
  logIn,
  openConsentPage,
  ping,
  redirectUri,
  registerClient,
  tokensOf,
  verifier,
} from "./visitor.ts";

let door: Door;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door.close());

describe("what is wrong with a request for a login", () => {
  it.each([
    ["another response type", { response_type: "token" }],
    ["no challenge", { code_challenge: "" }],
    ["the plain method", { code_challenge_method: "plain" }],
    ["another server's resource", { resource: "https://other.example/mcp" }],
    ["an address that is not registered", { redirect_uri: "https://evil.example/cb" }],
    ["a state of 3,000 characters", { state: "s".repeat(3_000) }],
  ])("[MCP-2] is shown on a page of ours, and nobody is sent on: %s", async (_, changed) => {
    const { client_id } = await registerClient(door);
    const { status, headers, body } = await door.ask(authorizePath(client_id, changed));
    expect([status, headers.location]).toEqual([400, undefined]);
    expect(body).toContain("<h1>Login failed</h1>");
  });

  it("[MCP-2] is shown for a client that nobody registered, and for a parameter twice", async () => {
    expect((await door.ask(authorizePath("unknown"))).status).toBe(400);
    const { client_id } = await registerClient(door);
    expect((await door.ask(`${authorizePath(client_id)}&state=two`)).status).toBe(400);
  });

  it("[MCP-2] keeps the state where the user declines, and says who answers", async () => {
    const { client_id } = await registerClient(door);
    const end = await consentTo(door, authorizePath(client_id), "deny");
    expect(Object.fromEntries(end.searchParams)).toMatchObject({
      error: "access_denied",
      state: "the-client-s-state",
      iss: origin,
    });
  });
});

describe("the consent page", () => {
  it("[MCP-2] shows a stranger's name cleaned and clipped, and the address in sight", async () => {
    const { client_id } = await registerClient(door, {
      client_name: `\u202Egro.eduaLC\u0000\u200B${"<b>x</b>".repeat(600)}`,
    });
    const { page } = await openConsentPage(door, authorizePath(client_id));
    for (const hidden of ["\u202E", "\u0000", "\u200B", "<b>"]) expect(page.body).not.toContain(hidden);
    expect(page.body).toContain("gro.eduaLC");
    expect(page.body.length).toBeLessThan(2_500);
    expect(page.body).toContain("<strong>localhost:33418</strong>");
  });

  it.each(["\u3164", "\u115F\u1160", "\u2800", "\u034F", "\u{E0041}", "\uFE0F \u00AD"])(
    "[MCP-2] says that a client has no name where it looks like none: %j",
    async (client_name) => {
      const { client_id } = await registerClient(door, { client_name });
      const { page } = await openConsentPage(door, authorizePath(client_id));
      expect(page.body).toContain("A client without a name");
    },
  );

  it("[MCP-2] lets a program on its user's machine take any port", async () => {
    const { client_id } = await registerClient(door);
    const elsewhere = { redirect_uri: redirectUri.replace("33418", "40001") };
    expect((await door.ask(authorizePath(client_id, elsewhere))).status).toBe(200);
    const another = { redirect_uri: redirectUri.replace("callback", "other") };
    expect((await door.ask(authorizePath(client_id, another))).status).toBe(400);
    const mended = { redirect_uri: redirectUri.replace("callback", "call\tback") };
    expect((await door.ask(authorizePath(client_id, mended))).status).toBe(400);
  });
});

describe("a client with a document", () => {
  const client_id = documented.clientId;

  it("[MCP-2] logs in without a registration, and goes on while its document cannot be fetched", async () => {
    const code = (await consentTo(door, authorizePath(client_id))).searchParams.get("code") ?? "";
    const fields = { grant_type: "authorization_code", client_id, code, code_verifier: verifier };
    const { access_token, refresh_token } = tokensOf(await exchange(door, fields));
    expect((await door.ask("/mcp", ping(access_token))).status).toBe(200);
    expect((await exchange(door, { grant_type: "refresh_token", client_id, refresh_token })).status).toBe(200);
    expect((await door.ask(authorizePath(client_id))).status).toBe(400);
    const name = documented.client.client_name;
    expect(door.events).toContainEqual(expect.objectContaining({ action: "login", client: { id: client_id, name } }));
  });

  it("[MCP-2] is shown with the host of its document", async () => {
    const { page } = await openConsentPage(door, authorizePath(client_id));
    expect(page.body).toContain("<bdi>Claude</bdi></strong> of <strong>client.example</strong>");
  });
});

describe("a code", () => {
  it("[MCP-2] presented twice ends the tokens that it yielded, and says so in the audit trail", async () => {
    const { fields, access_token, refresh_token, client_id } = await logIn(door);
    expect((await door.ask("/mcp", ping(access_token))).status).toBe(200);
    const replay = await exchange(door, fields);
    expect([replay.status, JSON.parse(replay.body).error]).toEqual([400, "invalid_grant"]);
    expect((await door.ask("/mcp", ping(access_token))).status).toBe(401);
    expect((await exchange(door, { grant_type: "refresh_token", client_id, refresh_token })).status).toBe(400);
    expect(door.events).toContainEqual(
      expect.objectContaining({ action: "logout", reason: "authorization_code_reused" }),
    );
  });

  it("[MCP-2] without its verifier is refused, and stays good for who has it", async () => {
    const { client_id } = await registerClient(door);
    const code = (await consentTo(door, authorizePath(client_id))).searchParams.get("code") ?? "";
    const fields = { grant_type: "authorization_code", client_id, code };
    expect((await exchange(door, { ...fields, code_verifier: "x".repeat(50) })).status).toBe(400);
    expect((await exchange(door, fields)).status).toBe(400);
    expect((await exchange(door, { ...fields, code_verifier: verifier })).status).toBe(200);
  });
});

it("[MCP-2] a refresh token that is presented several times at once has one successor", async () => {
  const { client_id, refresh_token } = await logIn(door);
  const refresh = () => exchange(door, { grant_type: "refresh_token", client_id, refresh_token });
  const answers = (await Promise.all([refresh(), refresh(), refresh()])).map(tokensOf);
  expect(new Set(answers.map((tokens) => tokens.refresh_token)).size).toBe(1);
});

it("[MCP-2] a refresh token of two generations ago ends all tokens at once", async () => {
  const { client_id, refresh_token } = await logIn(door);
  const refresh = (token: string) => exchange(door, { grant_type: "refresh_token", client_id, refresh_token: token });
  const first = tokensOf(await refresh(refresh_token));
  const second = tokensOf(await refresh(first.refresh_token));
  expect((await door.ask("/mcp", ping(second.access_token))).status).toBe(200);
  expect((await refresh(refresh_token)).status).toBe(400);
  expect((await door.ask("/mcp", ping(second.access_token))).status).toBe(401);
});

describe("metadata", () => {
  it("[MCP-3] names the host that was asked, at the forms of the host and of /mcp, with a slash or none", async () => {
    for (const path of ["", "/mcp", "/mcp/", "/"]) {
      const resource = await door.ask(`/.well-known/oauth-protected-resource${path}`);
      expect(JSON.parse(resource.body)).toMatchObject({
        resource: path === "/mcp/" ? `${origin}/mcp/` : `${origin}/mcp`,
        authorization_servers: [origin],
      });
      const server = await door.ask(`/.well-known/oauth-authorization-server${path}`);
      expect(JSON.parse(server.body)).toMatchObject({
        issuer: path.endsWith("/") ? `${origin}/` : origin,
        token_endpoint: `${origin}/token`,
        authorization_response_iss_parameter_supported: true,
        client_id_metadata_document_supported: true,
      });
    }
  });

  it("[MCP-3] is not found at a name that is not this server's", async () => {
    const headers = { host: "unknown.mcp.example.com" };
    for (const name of ["oauth-protected-resource", "oauth-protected-resource/mcp", "oauth-authorization-server"]) {
      expect((await door.ask(`/.well-known/${name}`, { headers })).status).toBe(404);
    }
  });

  it.each(["/mcp", "/mcp/"])("[MCP-3] is where a 401 points to, and names %s as it was asked", async (path) => {
    for (const method of ["POST", "GET"]) {
      const { status, headers } = await door.ask(`${path}?a=/`, { method });
      expect(status).toBe(401);
      const [, metadata = ""] = /resource_metadata="([^"]+)"/.exec(String(headers["www-authenticate"])) ?? [];
      expect(metadata).toBe(`${origin}/.well-known/oauth-protected-resource${path}`);
      expect(JSON.parse((await door.ask(new URL(metadata).pathname)).body).resource).toBe(`${origin}${path}`);
    }
  });
});

describe("pages of other origins", () => {
  const preflight = (path: string, from: string) =>
    door.ask(path, {
      method: "OPTIONS",
      headers: {
        origin: from,
        "access-control-request-method": "POST",
        "access-control-request-headers": "mcp-method",
      },
    });

  it.each(["/mcp", "/register", "/token", "/.well-known/oauth-protected-resource/mcp"])(
    "[MCP-3] may call %s where the operator allows their origin, and on this machine",
    async (path) => {
      for (const from of ["https://claude.ai", "http://localhost:6274"]) {
        const { status, headers } = await preflight(path, from);
        expect([status, headers["access-control-allow-origin"]]).toEqual([204, from]);
        expect(headers["access-control-allow-headers"]).toBe("mcp-method");
      }
      expect((await preflight(path, "https://evil.example")).headers["access-control-allow-origin"]).toBeUndefined();
    },
  );

  it("[MCP-3] see why they are not admitted, and where to log in", async () => {
    const { status, headers } = await door.ask("/mcp", { method: "POST", headers: { origin: "https://claude.ai" } });
    expect([status, headers["access-control-allow-origin"]]).toEqual([401, "https://claude.ai"]);
    expect(headers["access-control-expose-headers"]).toContain("WWW-Authenticate");
    expect((await door.ask("/mcp", { method: "POST", headers: { origin: "https://evil.example" } })).status).toBe(403);
  });
});

it("[MCP-2] consent belongs to the browser that asked", async () => {
  const { client_id } = await registerClient(door);
  const { id } = await openConsentPage(door, authorizePath(client_id));
  expect((await door.ask("/consent", asForm({ id, decision: "allow" }, { host }))).status).toBe(400);
});
