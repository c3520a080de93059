import { buildApp } from "fauxqs";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Place } from "#endpoint/core/ports.ts";
import { type SubresourceAnswer, Subresources, subresourceOf } from "./subresource.ts";
import { versionsFromObjects } from "./versions.ts";

/** Largest object in one request, in bytes. S3 takes 5 GiB; here an object lives in memory. */
const maxObjectBytes = 512 * 1024 * 1024;

export interface S3Ports {
  readonly place: Pick<Place, "region">;
  readonly log: (line: string) => void;
}

type Emulator = ReturnType<typeof buildApp>;

/** fauxqs keeps buckets and objects; the hooks add the bucket operations that `cdk` and `sst` use and it lacks. */
export function buildEmulator({ region }: S3Ports["place"]): Emulator {
  const app = buildApp({ logger: false, defaultRegion: region });
  const subresources = new Subresources();

  app.removeContentTypeParser("*");
  app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: maxObjectBytes }, (_request, body, done) =>
    done(null, body),
  );

  app.addHook("preHandler", async (request, reply) => {
    if (request.method === "PUT" && request.body === undefined) request.body = Buffer.alloc(0);
    const { path, parameters } = parseUrl(request.url);
    const [bucket = "", ...rest] = path;
    const key = rest.join("/");
    if (request.method === "GET" && key === "" && parameters.has("versions")) {
      const listing = await app.inject({ method: "GET", url: listUrl(bucket, parameters) });
      const body = listing.statusCode === 200 ? versionsFromObjects(listing.body) : listing.body;
      return reply.status(listing.statusCode).type("application/xml").send(body);
    }
    const answer = await answerConfiguration({ method: request.method, bucket, key, parameters, body: request.body });
    if (answer !== undefined) return reply.status(answer.status).type("application/xml").send(answer.body);
    return undefined;
  });

  app.addHook("onSend", async (request, reply) => {
    const { path, parameters } = parseUrl(request.url);
    const [bucket, key] = path;
    if (!bucket || key || subresourceOf(parameters.keys()) !== undefined) return;
    if (request.method === "HEAD") reply.header("x-amz-bucket-region", region);
    if (request.method === "DELETE" && reply.statusCode === 204) subresources.forget(bucket);
  });

  return app;

  async function answerConfiguration(request: {
    readonly method: string;
    readonly bucket: string;
    readonly key: string;
    readonly parameters: URLSearchParams;
    readonly body: unknown;
  }): Promise<SubresourceAnswer | undefined> {
    const { method, bucket, key, parameters } = request;
    const name = subresourceOf(parameters.keys());
    const location = method === "GET" && key === "" && parameters.has("location");
    if (name === undefined && !location) return undefined;
    const found = await app.inject({ method: "HEAD", url: `/${encodeURIComponent(bucket)}` });
    if (found.statusCode === 404) return errorAnswer(new AwsError("NoSuchBucket", noSuchBucket, 404));
    if (name === undefined) return { status: 200, body: locationDocument(region) };
    const body = Buffer.isBuffer(request.body) ? request.body.toString() : "";
    try {
      return subresources.answer({ method, bucket, key, name, body });
    } catch (error) {
      if (error instanceof AwsError) return errorAnswer(error);
      throw error;
    }
  }
}

const noSuchBucket = "The specified bucket does not exist";

function parseUrl(url: string): { readonly path: readonly string[]; readonly parameters: URLSearchParams } {
  const [path = "", query = ""] = url.split("?", 2);
  return {
    path: path.slice(1).split("/").map(decoded),
    parameters: new URLSearchParams(query),
  };
}

/** A malformed escape is kept as it is: the router has refused it, and the answer still passes the hooks. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function listUrl(bucket: string, parameters: URLSearchParams): string {
  const query = new URLSearchParams();
  for (const name of ["prefix", "delimiter", "max-keys"]) {
    const value = parameters.get(name);
    if (value !== null) query.set(name, value);
  }
  query.set("marker", parameters.get("key-marker") ?? "");
  return `/${encodeURIComponent(bucket)}?${query}`;
}

/** S3 names no region for a bucket in us-east-1: the constraint is empty. */
function locationDocument(region: string): string {
  const constraint = region === "us-east-1" ? "" : region;
  return `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${constraint}</LocationConstraint>`;
}

function errorAnswer(error: AwsError): SubresourceAnswer {
  return { status: error.status, body: `<Error><Code>${error.code}</Code><Message>${error.message}</Message></Error>` };
}
