import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { unzipSync } from "fflate";
import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import type { ObjectReader } from "#endpoint/core/ports.ts";

/** Where a deployment package comes from: S3, a zip in base64 (the API), or a file's text (CloudFormation inline). */
export type CodeSource =
  | { readonly kind: "s3"; readonly bucket: string; readonly key: string }
  | { readonly kind: "zip"; readonly zip: Buffer }
  | { readonly kind: "inline"; readonly text: string };

export interface CodePackage {
  /** Base64, as `CodeSha256`. */
  readonly sha256: string;
  /** Bytes, as `CodeSize`. */
  readonly size: number;
  /** Where it is unpacked: the function's `LAMBDA_TASK_ROOT`. */
  readonly folder: string;
}

export interface CodePackages {
  /** Throws `InvalidParameterValueException` for an object that is missing or not a zip. */
  unpack(source: CodeSource): Promise<CodePackage>;
}

const location = v.object({
  S3Bucket: v.optional(v.string()),
  S3Key: v.optional(v.string()),
  ImageUri: v.optional(v.string()),
  ZipFile: v.optional(v.string()),
});

/** Reads the `Code` of the API, where `ZipFile` is base64, or of CloudFormation, where it is source text. */
export function codeSource(code: unknown, zipFile: "base64" | "text"): CodeSource {
  const { S3Bucket, S3Key, ZipFile } = v.parse(location, code);
  if (S3Bucket !== undefined && S3Key !== undefined) return { kind: "s3", bucket: S3Bucket, key: S3Key };
  if (ZipFile !== undefined && zipFile === "text") return { kind: "inline", text: ZipFile };
  if (ZipFile !== undefined) return { kind: "zip", zip: Buffer.from(ZipFile, "base64") };
  throw invalid(
    "Please provide a source for function code: S3Bucket and S3Key, or ZipFile. Container images do not run here.",
  );
}

/** Unpacks into `folder`, one sub-folder per content hash; what is there already is not written again. */
export function createCodePackages(folder: string, objects: ObjectReader): CodePackages {
  return {
    async unpack(source) {
      const bytes = await read(source, objects);
      const digest = createHash("sha256").update(bytes);
      const sha256 = digest.digest("base64");
      const target = join(folder, Buffer.from(sha256, "base64").toString("hex"));
      if (!(await exists(target))) await publish(files(source, bytes), target);
      return { sha256, size: bytes.length, folder: target };
    },
  };
}

async function read(source: CodeSource, objects: ObjectReader): Promise<Buffer> {
  switch (source.kind) {
    case "zip":
      return source.zip;
    case "inline":
      return Buffer.from(source.text);
    case "s3":
      return objects.get(source.bucket, source.key).catch((error: unknown) => {
        if (!(error instanceof AwsError)) throw error;
        throw invalid(
          `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
        );
      });
  }
}

function files(source: CodeSource, bytes: Buffer): Record<string, Uint8Array> {
  if (source.kind === "inline") return { "index.js": bytes };
  try {
    return unzipSync(bytes);
  } catch {
    throw invalid("Could not unzip uploaded file. Please check your file, then try to upload again.");
  }
}

/** Written aside and renamed, so that a folder under its hash is always complete. */
async function publish(entries: Record<string, Uint8Array>, target: string): Promise<void> {
  const draft = `${target}.${randomUUID()}`;
  await mkdir(draft, { recursive: true });
  // Ends Node's search for a package.json, which on AWS finds none above the task root.
  await writeFile(join(dirname(target), "package.json"), "{}\n");
  for (const [name, content] of Object.entries(entries)) {
    const path = join(draft, name);
    if (!path.startsWith(draft + sep)) throw invalid(`The zip entry '${name}' lies outside of the package.`);
    if (name.endsWith("/")) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  await rename(draft, target).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
