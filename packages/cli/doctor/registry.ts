import { BatchGetImageCommand, DescribeImagesCommand, ECRClient } from "@aws-sdk/client-ecr";
import * as v from "valibot";
import { ecrImageOf } from "#preflight/ecr-image.ts";
import { isAwsError } from "../aws.ts";
import type { Stage } from "../stage.ts";

/** An image's name that ECR can be asked about. */
export interface EcrTag {
  readonly registryId: string;
  readonly region: string;
  readonly repositoryName: string;
  readonly imageTag: string;
}

/** `undefined` for an image of another registry, and for one named by its digest, which cannot move. */
export function ecrTagOf(image: string): EcrTag | undefined {
  const found = ecrImageOf(image);
  if (found === undefined || !("imageTag" in found.id)) return undefined;
  const { registryId, region, repositoryName, id } = found;
  return { registryId, region, repositoryName, ...id };
}

export type TagMeaning =
  | { readonly kind: "missing" }
  /** `digests`: its own, and where it is an index, those of the images it leads to. */
  | { readonly kind: "image"; readonly digest: string; readonly digests: readonly string[]; readonly pushedAt: number };

const index = [
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.index.v1+json",
] as const;

const Index = v.pipe(v.string(), v.parseJson(), v.object({ manifests: v.array(v.object({ digest: v.string() })) }));

/** What a tag points to now. ECS may name the image that an index leads to, or the index. */
export async function readTag({ aws }: Stage, { registryId, repositoryName, imageTag }: EcrTag): Promise<TagMeaning> {
  const client = aws.client(ECRClient);
  const input = { registryId, repositoryName, imageIds: [{ imageTag }] };
  try {
    const { imageDetails } = await client.send(new DescribeImagesCommand(input));
    const detail = imageDetails?.[0];
    if (detail?.imageDigest === undefined) return { kind: "missing" };
    const { imageDigest: digest, imageManifestMediaType: mediaType, imagePushedAt } = detail;
    const isIndex = index.some((one) => one === mediaType);
    const members = isIndex ? await readMembers(client, { ...input, acceptedMediaTypes: [...index] }) : [];
    return { kind: "image", digest, digests: [digest, ...members], pushedAt: imagePushedAt?.getTime() ?? 0 };
  } catch (error) {
    if (isAwsError(error, "ImageNotFoundException", "RepositoryNotFoundException")) return { kind: "missing" };
    throw error;
  }
}

async function readMembers(
  client: ECRClient,
  input: ConstructorParameters<typeof BatchGetImageCommand>[0],
): Promise<readonly string[]> {
  const { images } = await client.send(new BatchGetImageCommand(input));
  const parsed = v.safeParse(Index, images?.[0]?.imageManifest);
  return parsed.success ? parsed.output.manifests.map(({ digest }) => digest) : [];
}
