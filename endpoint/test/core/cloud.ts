import { createIdentities } from "#endpoint/core/identities.ts";
import type { Authorizer } from "#endpoint/core/ports.ts";
import { type Endpoint, startEndpoint } from "#endpoint/core/server.ts";
import type { AwsService, PassThrough } from "#endpoint/core/service.ts";
import type { Throttle } from "#endpoint/core/throttle.ts";

export const account = "573946584375";

/** A running endpoint that keeps what it logged, closed when the test's scope ends. */
export async function startCloud(
  services: readonly (AwsService | PassThrough)[],
  authorizer?: Authorizer,
  more: { readonly region?: string; readonly throttle?: Throttle } = {},
) {
  const lines: string[] = [];
  const identities = createIdentities({ account, clock: Date });
  const endpoint: Endpoint = await startEndpoint({
    port: 0,
    services,
    identities,
    log: (line) => lines.push(line),
    ...(authorizer && { authorizer }),
    ...more,
  });
  return { ...endpoint, identities, lines, [Symbol.asyncDispose]: () => endpoint.close() };
}

/** What every SDK client in a test is made with; one attempt, so that a failure is seen and not retried. */
export function clientOptions(
  url: string,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string } = {
    accessKeyId: "AKIAOPERATOR",
    secretAccessKey: "unchecked",
  },
) {
  return { endpoint: url, region: "us-east-1", credentials, maxAttempts: 1 };
}

/** The header a SigV4 client sends, for requests no SDK would make. */
export function signedFor(service: string, accessKeyId = "AKIAOPERATOR"): Record<string, string> {
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261123/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  };
}
