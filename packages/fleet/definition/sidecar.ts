import type { SecretUse } from "./secret.ts";

/** The fleet's own sidecar, for services that speak HTTP. One that speaks stdio has it in its image. */
export interface SidecarImageDefinition {
  /** Image with a tag or digest, for both architectures: `packages/sidecar/Dockerfile`. */
  readonly image: string;
}

/**
 * What stands between the balancer and a server: login, audit trail, limits, and metrics of each tool. The server is as
 * its makers left it, in the same task, and is reached through the sidecar alone.
 */
export type SidecarDefinition<SecretName extends string = string> =
  | HttpSidecarDefinition<SecretName>
  | StdioSidecarDefinition<SecretName>;

interface SidecarCommon<SecretName extends string> {
  /**
   * Who may use the server: whoever logs in at Google or at another OpenID provider, or anybody. The login's sessions are
   * in the stage's Redis.
   */
  readonly login: "google" | "openid" | "none";
  /** Secrets of the login, such as an OAuth client and the keys of sessions: the server behind does not get them. */
  readonly secrets?: readonly (NoInfer<SecretName> | SecretUse<NoInfer<SecretName>>)[];
  /** Settings of the login, such as `OPENID_ISSUER`: docs/adding-a-service.md lists them. The server does not get them. */
  readonly environment?: { readonly [name: string]: string };
  /** Requests of one caller a minute, in each task. Beyond it the answer is 429. Default 600. */
  readonly callsPerMinute?: number;
}

export interface HttpSidecarDefinition<SecretName extends string = string> extends SidecarCommon<SecretName> {
  /** Where the server speaks MCP, at the entry's `port`; `healthPath` and `healthCodes` are the server's. Default `/mcp`. */
  readonly path?: string;
  /**
   * Key of one of `secrets` whose value the server takes as its own bearer token: the sidecar sends it, and no caller's. Let
   * the server read the same key from the entry's `secrets`.
   */
  readonly bearer?: string;
}

export interface StdioSidecarDefinition<SecretName extends string = string> extends SidecarCommon<SecretName> {
  /**
   * Program and arguments of a server that speaks MCP over stdin and stdout, which the entry's image has beside the
   * sidecar. `local.command` is the program on this machine, where that must differ.
   */
  readonly stdio: readonly [string, ...string[]];
  /** One process for each caller, who then has a state of their own, or one that all share. Default `caller`. */
  readonly instances?: "caller" | "shared";
}
