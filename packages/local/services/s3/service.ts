import { AwsError } from "../../endpoint/errors.ts";
import type { ObjectReader, Place } from "../../endpoint/ports.ts";
import type { PassThrough } from "../../endpoint/service.ts";
import { bucketPolicyProvider, bucketProvider } from "./bucket.ts";
import { buildEmulator } from "./emulator.ts";

export interface S3 {
  readonly service: PassThrough;
  readonly objects: ObjectReader;
  stop(): Promise<void>;
}

/** S3 in memory, by fauxqs, on a port of its own on loopback. */
export async function createS3(ports: { readonly place: Pick<Place, "region"> }): Promise<S3> {
  const app = buildEmulator(ports.place.region);

  async function call(method: "GET" | "PUT" | "DELETE", path: string): Promise<Buffer> {
    const response = await app.inject({ method, url: path });
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
  };

  const target = await app.listen({ host: "127.0.0.1", port: 0 });
  const stop = () => app.close();
  return {
    service: {
      signingName: "s3",
      target,
      resources: { "AWS::S3::Bucket": bucketProvider(buckets), "AWS::S3::BucketPolicy": bucketPolicyProvider },
      stop,
    },
    objects,
    stop,
  };
}
