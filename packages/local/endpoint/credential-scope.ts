import type { HttpRequest } from "./service.ts";

/** What a SigV4 signature says about its request, before anything is verified. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name: "monitoring" for CloudWatch, "elasticloadbalancing" for the balancer. */
  readonly service: string;
}

/**
 * The credential scope, from the header or from a presigned URL's query. `undefined` when there is none to be read.
 * SigV4A scopes have no region. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function credentialScope(request: Pick<HttpRequest, "headers" | "query">): CredentialScope | undefined {
  const header = /\bCredential=([^\s,]+)/.exec(request.headers.authorization ?? "")?.[1];
  const parts = (header ?? request.query.get("X-Amz-Credential"))?.split("/") ?? [];
  const [accessKeyId, , region] = parts;
  const service = parts.at(-2);
  if (!accessKeyId || !region || !service || parts.length < 4 || parts.at(-1) !== "aws4_request") return undefined;
  return { accessKeyId, region: parts.length === 4 ? "us-east-1" : region, service };
}
