import * as v from "valibot";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const ResponseSchema = v.variant("Status", [
  v.object({
    Status: v.literal("SUCCESS"),
    PhysicalResourceId: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(1024))),
    Data: v.nullish(v.record(v.string(), v.unknown()), {}),
  }),
  v.object({
    Status: v.literal("FAILED"),
    PhysicalResourceId: v.optional(v.string()),
    Reason: v.optional(v.string()),
  }),
]);

export type CustomResourceResponse = v.InferOutput<typeof ResponseSchema>;

const MAX_BYTES = 4096;

/** Reads what a custom resource's function answered; a malformed answer is a failure, as on AWS. */
export function parseResponse(body: string): CustomResourceResponse {
  if (Buffer.byteLength(body) > MAX_BYTES) return failed("Response object is too long.");
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return failed("Invalid response object: not JSON.");
  }
  const parsed = v.safeParse(ResponseSchema, value);
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  return failed(`Invalid response object: ${v.getDotPath(issue) ?? "Status"}: ${issue.message}`);
}

function failed(reason: string): CustomResourceResponse {
  return { Status: "FAILED", Reason: reason };
}
