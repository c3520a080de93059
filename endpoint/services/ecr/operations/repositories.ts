import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { EcrEngine } from "../engine.ts";

const named = v.object({ repositoryName: v.string() });
const byArn = v.object({ resourceArn: v.string() });
const tags = v.array(v.object({ Key: v.string(), Value: v.string() }));
const scanning = v.object({ scanOnPush: v.optional(v.boolean(), false) });
const mutability = v.picklist(["MUTABLE", "IMMUTABLE"]);

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
const creation = v.object({
  repositoryName: v.pipe(
    v.string(),
    v.minLength(2),
    v.maxLength(256),
    v.regex(/^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/),
  ),
  tags: v.optional(tags, []),
  imageTagMutability: v.optional(mutability, "MUTABLE"),
  imageScanningConfiguration: v.optional(scanning, {}),
});

export function repositoryOperations({ repositories, now }: EcrEngine): Operations {
  const account = repositories.id;
  const nameOf = (arn: string) => arn.slice(arn.indexOf("/") + 1);
  return {
    CreateRepository: define(creation, (input) => {
      repositories.add({
        name: input.repositoryName,
        createdAt: now(),
        tagMutability: input.imageTagMutability,
        scanOnPush: input.imageScanningConfiguration.scanOnPush,
        tags: Object.fromEntries(input.tags.map((tag) => [tag.Key, tag.Value])),
      });
      return { repository: repositories.describe(repositories.get(input.repositoryName)) };
    }),
    DescribeRepositories: define(v.object({ repositoryNames: v.optional(v.array(v.string())) }), (input) => {
      const found = input.repositoryNames?.map((name) => repositories.get(name)) ?? repositories.all();
      return { repositories: found.map((it) => repositories.describe(it)) };
    }),
    DeleteRepository: define(named, (input) => ({
      repository: repositories.describe(repositories.remove(input.repositoryName)),
    })),
    PutImageScanningConfiguration: define(
      v.object({ repositoryName: v.string(), imageScanningConfiguration: scanning }),
      (input) => {
        repositories.change(input.repositoryName, { scanOnPush: input.imageScanningConfiguration.scanOnPush });
        return { registryId: account, ...input };
      },
    ),
    PutImageTagMutability: define(v.object({ repositoryName: v.string(), imageTagMutability: mutability }), (input) => {
      repositories.change(input.repositoryName, { tagMutability: input.imageTagMutability });
      return { registryId: account, ...input };
    }),
    SetRepositoryPolicy: define(v.object({ repositoryName: v.string(), policyText: v.string() }), (input) => {
      repositories.change(input.repositoryName, { policyText: input.policyText });
      return { registryId: account, ...input };
    }),
    GetRepositoryPolicy: define(named, ({ repositoryName }) => {
      const { policyText } = repositories.get(repositoryName);
      if (policyText === undefined) throw missing("RepositoryPolicy", "Repository policy", repositoryName, account);
      return { registryId: account, repositoryName, policyText };
    }),
    PutLifecyclePolicy: define(v.object({ repositoryName: v.string(), lifecyclePolicyText: v.string() }), (input) => {
      repositories.change(input.repositoryName, { lifecyclePolicyText: input.lifecyclePolicyText });
      return { registryId: account, ...input };
    }),
    GetLifecyclePolicy: define(named, ({ repositoryName }) => {
      const { lifecyclePolicyText } = repositories.get(repositoryName);
      if (lifecyclePolicyText === undefined) {
        throw missing("LifecyclePolicy", "Lifecycle policy", repositoryName, account);
      }
      return { registryId: account, repositoryName, lifecyclePolicyText };
    }),
    ListTagsForResource: define(byArn, (input) => ({
      tags: Object.entries(repositories.get(nameOf(input.resourceArn)).tags).map(([Key, Value]) => ({ Key, Value })),
    })),
    TagResource: define(v.object({ ...byArn.entries, tags }), (input) => {
      const name = nameOf(input.resourceArn);
      const added = Object.fromEntries(input.tags.map((tag) => [tag.Key, tag.Value]));
      repositories.change(name, { tags: { ...repositories.get(name).tags, ...added } });
      return {};
    }),
  };
}

function missing(code: string, what: string, repository: string, account: string): AwsError {
  return new AwsError(
    `${code}NotFoundException`,
    `${what} does not exist for the repository with name '${repository}' in the registry with id '${account}'`,
  );
}
