import type { ObjectReader, Place } from "#endpoint/core/ports.ts";
import { describeFailure, refused } from "../template/errors.ts";
import { checkInlineSize, checkStoredSize } from "../template/limits.ts";

const PATH_STYLE = /^s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com$/;
const BUCKET_STYLE = /^(.+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com$/;

/**
 * The text of a template given inline or as an address in S3.
 * @throws AwsError `ValidationError` when there is none, both, or the object cannot be read.
 */
export async function templateText(
  given: { readonly TemplateBody?: string | undefined; readonly TemplateURL?: string | undefined },
  place: Place,
  objects: ObjectReader,
): Promise<string> {
  const { TemplateBody: body, TemplateURL: url } = given;
  if ((body === undefined) === (url === undefined)) {
    throw refused("Either Template URL or Template Body must be specified.");
  }
  if (body !== undefined) {
    checkInlineSize(body);
    return body;
  }
  const { bucket, key } = locate(url ?? "", place);
  const text = (await read(objects, bucket, key)).toString("utf8");
  checkStoredSize(text);
  return text;
}

async function read(objects: ObjectReader, bucket: string, key: string): Promise<Buffer> {
  try {
    return await objects.get(bucket, key);
  } catch (error) {
    throw refused(
      `S3 error: ${describeFailure(error)}\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html`,
    );
  }
}

export function locate(url: string, place: Place): { readonly bucket: string; readonly key: string } {
  if (!URL.canParse(url)) throw refused("TemplateURL must be a supported URL.");
  const { hostname, host, pathname } = new URL(url);
  const path = decodeURIComponent(pathname.slice(1));
  const inHost = BUCKET_STYLE.exec(hostname)?.[1];
  if (inHost !== undefined && path !== "") return { bucket: inHost, key: path };
  const known = PATH_STYLE.test(hostname) || host === new URL(place.endpointUrl).host;
  const slash = path.indexOf("/");
  if (!known || slash < 1 || slash === path.length - 1) throw refused("TemplateURL must be a supported URL.");
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}
