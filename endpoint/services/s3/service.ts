import { AwsError } from "#endpoint/core/errors.ts";
import type { ObjectReader } from "#endpoint/core/ports.ts";
import type { PassThrough } from "#endpoint/core/service.ts";
import { buildEmulator, type S3Ports } from "./emulator.ts";
import { resourcesOf } from "./resources.ts";

export interface S3 {
  readonly service: PassThrough;
  readonly objects: ObjectReader;
  stop(): Promise<void>;
}

/** S3 in memory, by fauxqs. */
export async function createS3({ place }: S3Ports): Promise<S3> {
  const app = buildEmulator(place);

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

  await app.ready();
  const stop = () => app.close();
  return {
    service: {
      signingName: "s3",
      emulator: app.routing,
      resources: resourcesOf(buckets),
      stop,
    },
    objects,
    stop,
  };
}
