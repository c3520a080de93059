import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { EcrEngine } from "../engine.ts";
import type { Image, ImageId } from "../images.ts";
import type { Repositories } from "../repositories.ts";

const repository = { repositoryName: v.string(), registryId: v.optional(v.string()) };
const imageId = v.object({ imageDigest: v.optional(v.string()), imageTag: v.optional(v.string()) });
const filter = v.optional(v.object({ tagStatus: v.optional(v.picklist(["TAGGED", "UNTAGGED", "ANY"]), "ANY") }), {});

const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
const MediaType = v.pipe(v.string(), v.parseJson(), v.object({ mediaType: v.string() }));

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html */
export function imageOperations({ repositories, images, now }: EcrEngine): Operations {
  const registryId = repositories.id;
  return {
    PutImage: define(
      v.object({
        ...repository,
        imageManifest: v.string(),
        imageTag: v.optional(v.string()),
        imageManifestMediaType: v.optional(v.string()),
      }),
      (input) => {
        repositories.checkId(input.registryId, input.repositoryName);
        const parsed = v.safeParse(MediaType, input.imageManifest);
        const mediaType = input.imageManifestMediaType ?? (parsed.success ? parsed.output.mediaType : dockerManifest);
        const image = images.put(input.repositoryName, input.imageManifest, input.imageTag, mediaType, now());
        return { image: { registryId, ...withManifest(input.repositoryName, image, { imageTag: input.imageTag }) } };
      },
    ),

    BatchGetImage: define(v.object({ ...repository, imageIds: v.array(imageId) }), (input) => {
      repositories.checkId(input.registryId, input.repositoryName);
      const found = input.imageIds.map((id) => ({ id, image: images.find(input.repositoryName, id) }));
      return {
        images: found.flatMap(({ id, image }) =>
          image === undefined ? [] : [{ registryId, ...withManifest(input.repositoryName, image, id) }],
        ),
        failures: found.flatMap(({ id, image }) =>
          image !== undefined
            ? []
            : [{ imageId: id, failureCode: "ImageNotFound", failureReason: "Requested image not found" }],
        ),
      };
    }),

    DescribeImages: define(v.object({ ...repository, imageIds: v.optional(v.array(imageId)), filter }), (input) => {
      const { repositoryName } = input;
      repositories.checkId(input.registryId, repositoryName);
      const chosen =
        input.imageIds?.map((id) => images.find(repositoryName, id) ?? notFound(repositories, repositoryName, id)) ??
        images.all(repositoryName).filter((image) => hasStatus(image, input.filter.tagStatus));
      return {
        imageDetails: chosen.map(({ digest, manifest, mediaType, pushedAt, tags }) => ({
          ...{ registryId, repositoryName, imageDigest: digest, imageManifestMediaType: mediaType },
          ...(tags.size > 0 && { imageTags: [...tags] }),
          imageSizeInBytes: Buffer.byteLength(manifest),
          imagePushedAt: pushedAt,
        })),
      };
    }),

    ListImages: define(v.object({ ...repository, filter }), (input) => {
      repositories.checkId(input.registryId, input.repositoryName);
      const chosen = images.all(input.repositoryName).filter((image) => hasStatus(image, input.filter.tagStatus));
      const ids = chosen.flatMap(({ digest, tags }): ImageId[] =>
        tags.size === 0 ? [{ imageDigest: digest }] : [...tags].map((imageTag) => ({ imageDigest: digest, imageTag })),
      );
      return { imageIds: ids };
    }),
  };
}

function withManifest(repositoryName: string, { digest, manifest, mediaType }: Image, { imageTag }: ImageId) {
  return {
    repositoryName,
    imageId: { imageDigest: digest, ...(imageTag !== undefined && { imageTag }) },
    imageManifest: manifest,
    imageManifestMediaType: mediaType,
  };
}

function hasStatus({ tags }: Image, status: "TAGGED" | "UNTAGGED" | "ANY"): boolean {
  return status === "ANY" || tags.size > 0 === (status === "TAGGED");
}

function notFound(repositories: Repositories, repository: string, { imageDigest, imageTag }: ImageId): never {
  const id = `{imageDigest:'${imageDigest ?? "null"}', imageTag:'${imageTag ?? "null"}'}`;
  throw new AwsError(
    "ImageNotFoundException",
    `The image with imageId ${id} does not exist within the repository with name '${repository}' in the registry with id '${repositories.id}'`,
  );
}
