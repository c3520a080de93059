import * as v from "valibot";
import { AwsError } from "../../endpoint/errors.ts";
import type { Clock, ImageResolver, Place } from "../../endpoint/ports.ts";
import { type AwsService, define, type Operation } from "../../endpoint/service.ts";
import { imageOperations } from "./image-operations.ts";
import { Images } from "./images.ts";
import { Registry } from "./repository.ts";
import { repositoryProvider } from "./repository-resource.ts";

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
    v.regex(
      /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/,
      "must be lower case, parts joined by /",
    ),
  ),
  tags: v.optional(tags, []),
  imageTagMutability: v.optional(mutability, "MUTABLE"),
  imageScanningConfiguration: v.optional(scanning, {}),
});

/** ECR as far as a bootstrap and an operator's look around go: repositories, their settings, and which image a tag means. */
export function createEcr(ports: {
  readonly place: Pick<Place, "region" | "account">;
  readonly clock: Pick<Clock, "now">;
}): {
  readonly service: AwsService;
  readonly images: ImageResolver;
} {
  const registry = new Registry(ports.place);
  const images = new Images(registry);
  const now = () => new Date(ports.clock.now());
  const { account } = ports.place;
  const nameOf = (arn: string) => arn.slice(arn.indexOf("/") + 1);

  const operations = {
    CreateRepository: define(creation, (input) => {
      registry.add({
        name: input.repositoryName,
        createdAt: now(),
        tagMutability: input.imageTagMutability,
        scanOnPush: input.imageScanningConfiguration.scanOnPush,
        tags: Object.fromEntries(input.tags.map((tag) => [tag.Key, tag.Value])),
      });
      return { repository: registry.describe(registry.get(input.repositoryName)) };
    }),
    DescribeRepositories: define(v.object({ repositoryNames: v.optional(v.array(v.string())) }), (input) => {
      const found = input.repositoryNames?.map((name) => registry.get(name)) ?? registry.all();
      return { repositories: found.map((it) => registry.describe(it)) };
    }),
    DeleteRepository: define(named, (input) => ({
      repository: registry.describe(registry.remove(input.repositoryName)),
    })),
    PutImageScanningConfiguration: define(
      v.object({ repositoryName: v.string(), imageScanningConfiguration: scanning }),
      (input) => {
        registry.change(input.repositoryName, { scanOnPush: input.imageScanningConfiguration.scanOnPush });
        return { registryId: account, ...input };
      },
    ),
    PutImageTagMutability: define(v.object({ repositoryName: v.string(), imageTagMutability: mutability }), (input) => {
      registry.change(input.repositoryName, { tagMutability: input.imageTagMutability });
      return { registryId: account, ...input };
    }),
    SetRepositoryPolicy: define(v.object({ repositoryName: v.string(), policyText: v.string() }), (input) => {
      registry.change(input.repositoryName, { policyText: input.policyText });
      return { registryId: account, ...input };
    }),
    GetRepositoryPolicy: define(named, ({ repositoryName }) => {
      const { policyText } = registry.get(repositoryName);
      if (policyText === undefined) throw missing("RepositoryPolicy", "Repository policy", repositoryName, account);
      return { registryId: account, repositoryName, policyText };
    }),
    PutLifecyclePolicy: define(v.object({ repositoryName: v.string(), lifecyclePolicyText: v.string() }), (input) => {
      registry.change(input.repositoryName, { lifecyclePolicyText: input.lifecyclePolicyText });
      return { registryId: account, ...input };
    }),
    GetLifecyclePolicy: define(named, ({ repositoryName }) => {
      const { lifecyclePolicyText } = registry.get(repositoryName);
      if (lifecyclePolicyText === undefined) {
        throw missing("LifecyclePolicy", "Lifecycle policy", repositoryName, account);
      }
      return { registryId: account, repositoryName, lifecyclePolicyText };
    }),
    ...imageOperations(registry, images, now),
    ListTagsForResource: define(byArn, (input) => ({
      tags: Object.entries(registry.get(nameOf(input.resourceArn)).tags).map(([Key, Value]) => ({ Key, Value })),
    })),
    TagResource: define(v.object({ ...byArn.entries, tags }), (input) => {
      const name = nameOf(input.resourceArn);
      const added = Object.fromEntries(input.tags.map((tag) => [tag.Key, tag.Value]));
      registry.change(name, { tags: { ...registry.get(name).tags, ...added } });
      return {};
    }),
  } satisfies Readonly<Record<string, Operation>>;

  return {
    images,
    service: {
      signingName: "ecr",
      protocol: { kind: "json" },
      operations,
      resources: { "AWS::ECR::Repository": repositoryProvider(registry, now) },
      resourceOf(_operation, input) {
        const parsed = v.safeParse(named, input);
        return parsed.success ? registry.arn(parsed.output.repositoryName) : undefined;
      },
    },
  };
}

function missing(code: string, what: string, repository: string, account: string): AwsError {
  return new AwsError(
    `${code}NotFoundException`,
    `${what} does not exist for the repository with name '${repository}' in the registry with id '${account}'`,
  );
}
