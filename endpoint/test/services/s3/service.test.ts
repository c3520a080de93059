import { createHash } from "node:crypto";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createS3, type S3 } from "#endpoint/services/s3/service.ts";
import { type Served, serve, stackContext } from "../serve.ts";

const log: string[] = [];
let served: Served<S3>;
let s3: S3;
let client: S3Client;
beforeAll(async () => {
  served = await serve(
    (place) => createS3({ place, log: (line) => log.push(line) }),
    (made) => [made.service],
  );
  s3 = served.made;
  client = new S3Client({ ...served.client, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: "assets" }));
});
afterAll(async () => {
  client.destroy();
  await served.close();
});

describe("S3 as a deployment uses it", () => {
  it("answers what cdk and sst ask of a bucket before they upload", async () => {
    const head = await client.send(new HeadBucketCommand({ Bucket: "assets" }));
    expect(head.BucketRegion).toBe("us-east-1");
    const location = await client.send(new GetBucketLocationCommand({ Bucket: "assets" }));
    expect(location.LocationConstraint).toBeFalsy();
    const encryption = await client.send(new GetBucketEncryptionCommand({ Bucket: "assets" }));
    expect(
      encryption.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
    ).toBe("AES256");
    await expect(client.send(new GetBucketPolicyCommand({ Bucket: "assets" }))).rejects.toMatchObject({
      name: "NoSuchBucketPolicy",
      $metadata: { httpStatusCode: 404 },
    });
    await expect(client.send(new GetBucketLocationCommand({ Bucket: "nowhere" }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
  });

  it("returns a configuration that was put, and drops it with the bucket", async () => {
    const Bucket = "versioned";
    await client.send(new CreateBucketCommand({ Bucket }));
    expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe("Enabled");
    await client.send(new DeleteBucketCommand({ Bucket }));
    await client.send(new CreateBucketCommand({ Bucket }));
    expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
  });

  it("[AWS-10] has what a template configures, says what has no effect here, and drops what the template drops", async () => {
    const Bucket = "configured";
    const bucket = s3.service.resources?.["AWS::S3::Bucket"];
    const policy = s3.service.resources?.["AWS::S3::BucketPolicy"];
    if (bucket === undefined || policy === undefined) throw new Error("S3 has no buckets for templates.");
    const properties = {
      BucketName: Bucket,
      VersioningConfiguration: { Status: "Enabled" },
      CorsConfiguration: {
        CorsRules: [{ AllowedMethods: ["GET", "PUT"], AllowedOrigins: ["https://a.example"], MaxAge: 30 }],
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" }, BucketKeyEnabled: true },
        ],
      },
      Tags: [{ Key: "team", Value: "mcp" }],
      LifecycleConfiguration: { Rules: [{ Status: "Enabled", ExpirationInDays: 90 }] },
    };
    const context = stackContext("Bucket");
    const state = await bucket.create(properties, context);
    expect(log.at(-1)).toBe(`not emulated: LifecycleConfiguration of the bucket ${Bucket}: no effect here`);
    expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe("Enabled");
    expect((await client.send(new GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual([
      { AllowedMethods: ["GET", "PUT"], AllowedOrigins: ["https://a.example"], MaxAgeSeconds: 30 },
    ]);
    const { ServerSideEncryptionConfiguration } = await client.send(new GetBucketEncryptionCommand({ Bucket }));
    expect(ServerSideEncryptionConfiguration?.Rules).toEqual([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" }, BucketKeyEnabled: true },
    ]);
    expect((await client.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(
      expect.arrayContaining([{ Key: "team", Value: "mcp" }]),
    );
    const PolicyDocument = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Principal: "*", Action: "s3:*" }] };
    const ofPolicy = { Bucket, PolicyDocument };
    const attached = await policy.create(ofPolicy, stackContext("Policy"));
    const { Policy } = await client.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(String(Policy))).toEqual(PolicyDocument);
    await policy.delete(attached, ofPolicy, stackContext("Policy"));
    await expect(client.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
      name: "NoSuchBucketPolicy",
    });
    await bucket.update(state, { BucketName: Bucket }, properties, context);
    expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    await expect(client.send(new GetBucketCorsCommand({ Bucket }))).rejects.toMatchObject({
      name: "NoSuchCORSConfiguration",
    });
  });

  it("[AWS-10] keeps the newest version of an object alone, where versioning is on too", async () => {
    const Bucket = "newest";
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    for (const Body of ["old", "new"]) await client.send(new PutObjectCommand({ Bucket, Key: "k", Body }));
    const { Versions } = await client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions).toMatchObject([{ Key: "k", VersionId: "null", IsLatest: true }]);
    expect((await s3.objects.get(Bucket, "k")).toString()).toBe("new");
  });

  it("keeps a streamed object with its checksum byte for byte, above fauxqs's own limit too", async () => {
    const body = Buffer.alloc(12 * 1024 * 1024, "a template ");
    await client.send(
      new PutObjectCommand({ Bucket: "assets", Key: "big/ä b.zip", Body: body, ChecksumAlgorithm: "SHA256" }),
    );
    const kept = await s3.objects.get("assets", "big/ä b.zip");
    expect(sha256(kept)).toBe(sha256(body));
    const head = await client.send(new HeadObjectCommand({ Bucket: "assets", Key: "big/ä b.zip" }));
    expect(head.ContentLength).toBe(body.length);
  });

  it("stores an empty object", async () => {
    await client.send(new PutObjectCommand({ Bucket: "assets", Key: "empty", Body: Buffer.alloc(0) }));
    const got = await client.send(new GetObjectCommand({ Bucket: "assets", Key: "empty" }));
    expect(await got.Body?.transformToString()).toBe("");
  });

  it("tags an object without touching its content", async () => {
    await client.send(new PutObjectCommand({ Bucket: "assets", Key: "tagged", Body: "content" }));
    const tagging = { TagSet: [{ Key: "team", Value: "platform" }] };
    await client.send(new PutObjectTaggingCommand({ Bucket: "assets", Key: "tagged", Tagging: tagging }));
    expect((await client.send(new GetObjectTaggingCommand({ Bucket: "assets", Key: "tagged" }))).TagSet).toEqual(
      tagging.TagSet,
    );
    expect((await s3.objects.get("assets", "tagged")).toString()).toBe("content");
  });

  it("empties a bucket as the auto-delete custom resource does: page by page, by version", async () => {
    const Bucket = "disposable";
    await client.send(new CreateBucketCommand({ Bucket }));
    for (const Key of ["a", "b", "c"]) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    await expect(client.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: "BucketNotEmpty" });
    const first = await client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));
    expect(first.Versions?.map((version) => [version.Key, version.VersionId, version.IsLatest])).toEqual([
      ["a", "null", true],
      ["b", "null", true],
    ]);
    expect(first).toMatchObject({ IsTruncated: true, NextKeyMarker: "b" });
    const second = await client.send(new ListObjectVersionsCommand({ Bucket, KeyMarker: first.NextKeyMarker }));
    expect(second.Versions?.map((version) => version.Key)).toEqual(["c"]);
    const Objects = [...(first.Versions ?? []), ...(second.Versions ?? [])].map(({ Key, VersionId }) => ({
      Key,
      VersionId,
    }));
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
    await client.send(new DeleteBucketCommand({ Bucket }));
  });

  it("refuses a malformed path and keeps serving", async () => {
    expect((await fetch(`${served.place.endpointUrl}/assets/%zz`)).status).toBe(400);
    await client.send(new HeadBucketCommand({ Bucket: "assets" }));
  });

  it("distinguishes a missing object from a missing bucket", async () => {
    await expect(s3.objects.get("assets", "none")).rejects.toMatchObject({ code: "NoSuchKey", status: 404 });
    await expect(s3.objects.get("nowhere", "none")).rejects.toMatchObject({ code: "NoSuchBucket", status: 404 });
  });
});

describe("AWS::S3::Bucket", () => {
  const context = {
    region: "us-east-1",
    account: "573946584375",
    stackName: "local-mcp-fleet-SomeVeryLongStackNameThatNeedsToBeCutSomewhere",
    stackId: "arn:aws:cloudformation:us-east-1:573946584375:stack/s/1",
    logicalId: "StagingBucketWithALongLogicalIdentifier",
    stackTags: {},
    signal: new AbortController().signal,
  };
  const provider = () => {
    const bucket = s3.service.resources?.["AWS::S3::Bucket"];
    if (bucket === undefined) throw new Error("AWS::S3::Bucket is not registered");
    return bucket;
  };

  it("makes a lower-case name of at most 63 characters and is gone after delete, twice", async () => {
    const state = await provider().create({}, context);
    expect(state.physicalId).toMatch(/^local-mcp-fleet-[a-z0-9-]+-stagingbucket[a-z]+-[a-z0-9]{12}$/);
    expect(state.physicalId).toHaveLength(63);
    expect(state.attributes).toMatchObject({ Arn: `arn:aws:s3:::${state.physicalId}` });
    await client.send(new HeadBucketCommand({ Bucket: state.physicalId }));
    await provider().delete(state, {}, context);
    await provider().delete(state, {}, context);
    await expect(client.send(new HeadBucketCommand({ Bucket: state.physicalId }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    });
  });

  it("does not delete a bucket that holds objects", async () => {
    const state = await provider().create({ BucketName: "full" }, context);
    await client.send(new PutObjectCommand({ Bucket: "full", Key: "a", Body: "a" }));
    await expect(provider().delete(state, {}, context)).rejects.toMatchObject({ code: "BucketNotEmpty" });
  });

  it("refuses notifications rather than ignoring them", async () => {
    const NotificationConfiguration = { LambdaConfigurations: [{ Event: "s3:ObjectCreated:*", Function: "arn" }] };
    await expect(provider().create({ NotificationConfiguration }, context)).rejects.toMatchObject({ status: 501 });
  });
});

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
