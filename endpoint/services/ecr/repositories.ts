import { AwsError } from "#endpoint/core/errors.ts";
import type { Place } from "#endpoint/core/ports.ts";

export interface Repository {
  readonly name: string;
  readonly createdAt: Date;
  readonly tagMutability: "MUTABLE" | "IMMUTABLE";
  readonly scanOnPush: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly policyText?: string | undefined;
  readonly lifecyclePolicyText?: string | undefined;
}

/** The account's repositories, in memory. */
export class Repositories {
  readonly #place: Pick<Place, "region" | "account">;
  readonly #repositories = new Map<string, Repository>();

  constructor(place: Pick<Place, "region" | "account">) {
    this.#place = place;
  }

  get id(): string {
    return this.#place.account;
  }

  get(name: string): Repository {
    const repository = this.#repositories.get(name);
    if (!repository) throw notFound(name, this.id);
    return repository;
  }

  /** Throws for the registry of another account: there is none here. */
  checkId(registryId: string | undefined, name: string): void {
    if (registryId !== undefined && registryId !== this.id) throw notFound(name, registryId);
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

function notFound(name: string, registryId: string): AwsError {
  return new AwsError(
    "RepositoryNotFoundException",
    `The repository with name '${name}' does not exist in the registry with id '${registryId}'`,
  );
}
