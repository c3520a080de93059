import type { HttpRequest } from "./service.ts";

/** What a SigV4 signature says about its request, before anything is verified. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name: "monitoring" for CloudWatch, "elasticloadbalancing" for the balancer. */
  readonly service: string;
}

/** What SDKs presign, and a browser may be sent to: it changes nothing but the one object it was made for. */
const presignable = new Set(["GET", "HEAD", "PUT"]);

/**
 * The credential scope, from the header or from a presigned URL's query, which is taken for objects of S3 alone: with
 * credentials in its address, a form or an image of any web page could call whatever it likes. `undefined` when there
 * is none. SigV4A scopes have no region. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function credentialScope(
  request: Pick<HttpRequest, "headers" | "method" | "query">,
): CredentialScope | undefined {
  const header = /^AWS4-\S+ .*?\bCredential=([^\s,]+)/.exec(request.headers.authorization ?? "")?.[1];
  const parts = (header ?? request.query.get("X-Amz-Credential"))?.split("/") ?? [];
  const [accessKeyId, , region] = parts;
  const service = parts.at(-2);
  if (!accessKeyId || !region || !service || parts.length < 4 || parts.at(-1) !== "aws4_request") return undefined;
  if (header === undefined && !(service === "s3" && presignable.has(request.method))) return undefined;
  return { accessKeyId, region: parts.length === 4 ? "us-east-1" : region, service };
}
