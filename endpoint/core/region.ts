import type { CredentialScope } from "./credential-scope.ts";
import { AwsError } from "./errors.ts";

/** Services of the whole account, whose clients sign for the region where AWS has them. */
const globalServices = new Set(["iam", "sts", "route53"]);

/** Refuses a client for a region that is not here: what it reads would be another region's. */
export function regionFault({ service, region }: CredentialScope, here: string | undefined): AwsError | undefined {
  if (here === undefined || region === here || globalServices.has(service)) return undefined;
  // S3 names the region it expects, and its clients follow.
  if (service === "s3") {
    const message = `The authorization header is malformed; the region '${region}' is wrong; expecting '${here}'`;
    return new AwsError("AuthorizationHeaderMalformed", message);
  }
  const remedy = `set AWS_REGION=${here}`;
  return new AwsError(
    "InvalidRegionException",
    `This endpoint is the region ${here} alone, and the client is set to ${region}: ${remedy}.`,
  );
}
