import { createHash } from "node:crypto";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Repositories } from "./repositories.ts";

/** A manifest that was pushed, with the tags that mean it now. */
export interface Image {
  readonly digest: string;
  readonly manifest: string;
  readonly mediaType: string;
  readonly pushedAt: Date;
  readonly tags: Set<string>;
}

export interface ImageId {
  readonly imageDigest?: string | undefined;
  readonly imageTag?: string | undefined;
}

/** Manifests by repository. There is nothing behind them: what a task of an image runs is its local command. */
export class Images {
  readonly #repositories: Repositories;
  readonly #byRepository = new Map<string, Map<string, Image>>();

  constructor(repositories: Repositories) {
    this.#repositories = repositories;
  }

  all(repository: string): readonly Image[] {
    return [...this.#in(repository).values()];
  }

  find(repository: string, { imageDigest, imageTag }: ImageId): Image | undefined {
    return this.all(repository).find(
      ({ digest, tags }) =>
        (imageDigest === undefined || digest === imageDigest) && (imageTag === undefined || tags.has(imageTag)),
    );
  }

  /** Throws as ECR does for what is there already, and for a tag that may not move. */
  put(repository: string, manifest: string, tag: string | undefined, mediaType: string, pushedAt: Date): Image {
    const images = this.#in(repository);
    const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
    const before = images.get(digest);
    if (before !== undefined && (tag === undefined || before.tags.has(tag)))
      throw this.#exists(repository, digest, tag);
    const holder = tag === undefined ? undefined : this.find(repository, { imageTag: tag });
    if (holder !== undefined && this.#repositories.get(repository).tagMutability === "IMMUTABLE")
      throw new AwsError(
        "ImageTagAlreadyExistsException",
        `The image tag '${tag}' already exists in the '${repository}' repository and cannot be overwritten because the repository is immutable.`,
      );
    const image = before ?? { digest, manifest, mediaType, pushedAt, tags: new Set() };
    if (tag !== undefined) {
      holder?.tags.delete(tag);
      image.tags.add(tag);
    }
    images.set(digest, image);
    return image;
  }

  /** The digest that an image's name means now, for a name in this repositories: `<host>/<repository>:<tag>`. */
  digestOf(name: string): string | undefined {
    const [address = "", imageDigest] = name.split("@");
    const repository = this.#repositories.all().find(({ name: one }) => {
      const uri = this.#repositories.uri(one);
      return address === uri || address.startsWith(`${uri}:`);
    });
    if (repository === undefined) return undefined;
    const tag = address.slice(this.#repositories.uri(repository.name).length + 1);
    const wanted = imageDigest === undefined ? { imageTag: tag === "" ? "latest" : tag } : { imageDigest };
    return this.find(repository.name, wanted)?.digest;
  }

  #in(repository: string): Map<string, Image> {
    this.#repositories.get(repository);
    const images = this.#byRepository.get(repository) ?? new Map<string, Image>();
    this.#byRepository.set(repository, images);
    return images;
  }

  #exists(repository: string, digest: string, tag: string | undefined): AwsError {
    return new AwsError(
      "ImageAlreadyExistsException",
      `Image with digest '${digest}' and tag '${tag ?? "null"}' already exists in the repository with name '${repository}' in registry with id '${this.#repositories.id}'`,
    );
  }
}
