import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { auth } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { OAuthClientInformationMixed, OAuthTokens } from "@modelcontextprotocol/sdk/shared/auth.js";
import { Browser } from "./browser.ts";

const redirectUri = "http://localhost:33418/callback";

/** An MCP client and its user: the official SDK's client and OAuth, with a {@link Browser} for the pages. */
export class Member implements OAuthClientProvider {
  readonly redirectUrl = redirectUri;
  readonly clientMetadata = {
    client_name: "Test client",
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
  readonly #account: string;
  readonly #browser: Browser;
  readonly #fetch: typeof fetch;
  #information: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #verifier = "";
  #authorizationUrl: URL | undefined;

  /** @param account the user's `sub` at Google */
  constructor(account: string, using: typeof fetch = fetch) {
    this.#account = account;
    this.#fetch = using;
    this.#browser = new Browser(using);
  }

  clientInformation = () => this.#information;
  saveClientInformation = (information: OAuthClientInformationMixed) => {
    this.#information = information;
  };
  tokens = () => this.#tokens;
  saveTokens = (tokens: OAuthTokens) => {
    this.#tokens = tokens;
  };
  redirectToAuthorization = (url: URL) => {
    this.#authorizationUrl = url;
  };
  saveCodeVerifier = (verifier: string) => {
    this.#verifier = verifier;
  };
  codeVerifier = () => this.#verifier;
  state = () => "the-client-s-state";

  /** Discovery, registration, consent, Google, code, tokens. @returns where the browser was sent in the end */
  async logIn(server: URL, consent = "allow"): Promise<URL> {
    await this.beginLogIn(server);
    const end = await this.approve(consent);
    await this.endLogIn(server, end);
    return end;
  }

  /** What the user does in a browser. @returns where it was sent in the end */
  approve(consent = "allow"): Promise<URL> {
    if (this.#authorizationUrl === undefined) throw new Error("The client was not sent to log in.");
    return this.#browser.logIn(this.#authorizationUrl, redirectUri, this.#account, consent);
  }

  /** @returns the address to open in a browser */
  async beginLogIn(server: URL): Promise<URL> {
    await auth(this, { serverUrl: server, fetchFn: this.#fetch });
    if (this.#authorizationUrl === undefined) throw new Error("The client was not sent to log in.");
    return this.#authorizationUrl;
  }

  /** @param end where the browser was sent in the end */
  async endLogIn(server: URL, end: URL): Promise<void> {
    const code = end.searchParams.get("code");
    if (code !== null) await auth(this, { serverUrl: server, authorizationCode: code, fetchFn: this.#fetch });
  }

  async refresh(server: URL): Promise<void> {
    const before = this.#tokens?.access_token;
    await auth(this, { serverUrl: server, fetchFn: this.#fetch });
    if (this.#tokens?.access_token === before) throw new Error("The tokens were not refreshed.");
  }

  async connect(server: URL): Promise<Client> {
    const client = new Client({ name: "test-client", version: "1.0.0" });
    await client.connect(new StreamableHTTPClientTransport(server, { authProvider: this, fetch: this.#fetch }));
    return client;
  }

  get accessToken(): string {
    return this.#tokens?.access_token ?? "";
  }
}
