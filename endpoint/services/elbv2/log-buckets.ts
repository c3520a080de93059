import { AwsError } from "#endpoint/core/errors.ts";
import type { ControlPlane } from "./control-plane.ts";
import { invalid } from "./schema.ts";

/** ELB writes a test file when it is told of a bucket. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html */
export async function checkLogs(
  { buckets, place }: ControlPlane,
  attributes: ReadonlyMap<string, string>,
): Promise<void> {
  for (const kind of ["access_logs", "connection_logs", "health_check_logs"]) {
    if (attributes.get(`${kind}.s3.enabled`) !== "true") continue;
    const bucket = attributes.get(`${kind}.s3.bucket`) ?? "";
    if (bucket === "")
      throw invalid(`The attribute '${kind}.s3.bucket' must be set where '${kind}.s3.enabled' is true`);
    const prefix = attributes.get(`${kind}.s3.prefix`) ?? "";
    const file = `${prefix === "" ? "" : `${prefix}/`}AWSLogs/${place.account}/ELBAccessLogTestFile`;
    if ((await buckets?.letsWrite(bucket, "logdelivery.elasticloadbalancing.amazonaws.com", file)) === false)
      throw new AwsError(
        "InvalidConfigurationRequest",
        `Access Denied for bucket: ${bucket}. Please check S3bucket permission`,
      );
  }
}
