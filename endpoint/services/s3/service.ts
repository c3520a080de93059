import { AwsError } from "#endpoint/core/errors.ts";
import type { BucketPolicies, ObjectReader } from "#endpoint/core/ports.ts";
import type { PassThrough } from "#endpoint/core/service.ts";
import { letsService, statementsIn } from "#endpoint/services/iam/resource-policy.ts";
import { buildEmulator, type S3Ports } from "./emulator.ts";
import { resourcesOf } from "./resources.ts";

export interface S3 {
  readonly service: PassThrough;
  readonly objects: ObjectReader;
  readonly policies: BucketPolicies;
  stop(): Promise<void>;
}

/** S3 in memory, by fauxqs. */
export async function createS3({ place, log }: S3Ports): Promise<S3> {
  const app = buildEmulator(place);

  async function call(method: "GET" | "PUT" | "DELETE", path: string, payload?: string): Promise<Buffer> {
    const headers = { "content-type": "application/xml" };
    const response = await app.inject({ method, url: path, ...(payload !== undefined && { payload, headers }) });
    if (response.statusCode < 300) return response.rawPayload;
    const code = /<Code>(.*?)<\/Code>/.exec(response.body)?.[1] ?? "InternalError";
    const message = /<Message>(.*?)<\/Message>/.exec(response.body)?.[1] ?? `S3 answered ${response.statusCode}.`;
    throw new AwsError(code, `${message} (${path})`, response.statusCode);
  }

  const objects: ObjectReader = {
    get: (bucket, key) =>
      call("GET", `/${encodeURIComponent(bucket)}/${key.split("/").map(encodeURIComponent).join("/")}`),
  };
  const buckets = {
    createBucket: async (name: string) => void (await call("PUT", `/${encodeURIComponent(name)}`)),
    deleteBucket: async (name: string) => void (await call("DELETE", `/${encodeURIComponent(name)}`)),
    configure: async (name: string, subresource: string, document: string | undefined) =>
      void (await call(
        document === undefined ? "DELETE" : "PUT",
        `/${encodeURIComponent(name)}?${subresource}`,
        document,
      )),
    async putPolicy(bucket: string, policy: string | undefined) {
      const path = `/${encodeURIComponent(bucket)}?policy`;
      if (policy !== undefined) await call("PUT", path, policy);
      else await call("DELETE", path).catch(unless("NoSuchBucket"));
    },
  };
  const policies: BucketPolicies = {
    async letsWrite(bucket, service, key) {
      const text = await call("GET", `/${encodeURIComponent(bucket)}?policy`).catch(
        unless("NoSuchBucket", "NoSuchBucketPolicy"),
      );
      const question = { action: "s3:PutObject", resource: `arn:aws:s3:::${bucket}/${key}` };
      return letsService(statementsIn(String(text ?? "")) ?? [], service, question);
    },
  };

  await app.ready();
  const stop = () => app.close();
  return {
    service: {
      signingName: "s3",
      emulator: app.routing,
      resources: resourcesOf(buckets, log),
      stop,
    },
    objects,
    policies,
    stop,
  };
}

/** Takes a refusal with one of these codes for an answer. */
function unless(...codes: readonly string[]) {
  return (error: unknown): undefined => {
    if (!(error instanceof AwsError) || !codes.includes(error.code)) throw error;
  };
}
