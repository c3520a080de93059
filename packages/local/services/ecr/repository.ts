import { AwsError } from "../../endpoint/errors.ts";
import type { Place } from "../../endpoint/ports.ts";

export interface Repository {
  readonly name: string;
  readonly createdAt: Date;
  readonly tagMutability: "MUTABLE" | "IMMUTABLE";
  readonly scanOnPush: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly policyText?: string | undefined;
  readonly lifecyclePolicyText?: string | undefined;
}

/** The account's repositories, in memory, all without images: local tasks run commands. */
export class Registry {
  readonly #place: Pick<Place, "region" | "account">;
  readonly #repositories = new Map<string, Repository>();

  constructor(place: Pick<Place, "region" | "account">) {
    this.#place = place;
  }

  get(name: string): Repository {
    const repository = this.#repositories.get(name);
    if (!repository) {
      throw new AwsError(
        "RepositoryNotFoundException",
        `The repository with name '${name}' does not exist in the registry with id '${this.#place.account}'`,
      );
    }
    return repository;
  }

  has(name: string): boolean {
    return this.#repositories.has(name);
  }

  all(): readonly Repository[] {
    return [...this.#repositories.values()];
  }

  add(repository: Repository): void {
    if (this.has(repository.name)) {
      throw new AwsError(
        "RepositoryAlreadyExistsException",
        `The repository with name '${repository.name}' already exists in the registry with id '${this.#place.account}'`,
      );
    }
    this.#repositories.set(repository.name, repository);
  }

  change(name: string, change: Partial<Repository>): Repository {
    const changed = { ...this.get(name), ...change };
    this.#repositories.set(name, changed);
    return changed;
  }

  remove(name: string): Repository {
    const repository = this.get(name);
    this.#repositories.delete(name);
    return repository;
  }

  arn(name: string): string {
    return `arn:aws:ecr:${this.#place.region}:${this.#place.account}:repository/${name}`;
  }

  uri(name: string): string {
    return `${this.#place.account}.dkr.ecr.${this.#place.region}.amazonaws.com/${name}`;
  }

  describe(repository: Repository) {
    return {
      repositoryArn: this.arn(repository.name),
      registryId: this.#place.account,
      repositoryName: repository.name,
      repositoryUri: this.uri(repository.name),
      createdAt: repository.createdAt,
      imageTagMutability: repository.tagMutability,
      imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
      encryptionConfiguration: { encryptionType: "AES256" },
    };
  }
}
