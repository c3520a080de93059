import { BatchGetImageCommand, ECRClient, GetDownloadUrlForLayerCommand } from "@aws-sdk/client-ecr";
import * as v from "valibot";
import { eachOf } from "#aws/batches.ts";
import { orMissing } from "#cli/aws.ts";
import type { ServicePlan } from "#fleet";
import { type EcrImage, ecrImageOf } from "../ecr-image.ts";
import type { Obstacle, Question, Site } from "../question.ts";

const acceptedMediaTypes = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
];

/** An image for several architectures leads to one for each; that of one has a configuration, which says which. */
const Manifest = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([
    v.object({ manifests: v.array(v.object({ platform: v.optional(v.object({ architecture: v.string() })) })) }),
    v.object({ config: v.object({ digest: v.string() }) }),
  ]),
);
const Configuration = v.object({ architecture: v.string() });

/** A task whose image cannot be pulled fails only after the network and the balancer are there. */
export const images: Question = {
  about: "whether the images exist",
  async ask(site) {
    const wanted = site.plan.services
      .filter(({ desiredCount }) => desiredCount > 0)
      .flatMap(({ key, architecture, image, behind }) =>
        [image, ...(behind ? [behind.image] : [])].map((one) => ({ key, architecture, image: one })),
      );
    return (await eachOf(wanted, (service) => lookAt(site, service))).flat();
  },
};

type Wanted = Pick<ServicePlan, "key" | "image" | "architecture">;

async function lookAt(site: Site, service: Wanted): Promise<readonly Obstacle[]> {
  const image = ecrImageOf(service.image);
  // A client of the stage asks the region of the stage.
  if (image === undefined || image.region !== site.plan.region) return [];
  return judgeImage(service, await readArchitectures(site, image));
}

/** @param found the architectures it is built for, none where they are not known; `undefined`: there is no such image */
export function judgeImage(
  { key, image, architecture }: Wanted,
  found: readonly string[] | undefined,
): readonly Obstacle[] {
  if (found === undefined)
    return [
      {
        evidence: `${key} runs ${image}, which is not in ECR: its tasks could not start.`,
        remedy: `Push it, or name another image under services.${key}.image; desiredCount: 0 deploys the service without a task.`,
      },
    ];
  const wanted = { X86_64: "amd64", ARM64: "arm64" }[architecture];
  if (found.length === 0 || found.includes(wanted)) return [];
  return [
    {
      evidence: `${image} is built for ${found.join(", ")}, and ${key} runs on ${architecture} (${wanted}).`,
      remedy: `Build it with --platform linux/${wanted}, or set services.${key}.architecture.`,
    },
  ];
}

async function readArchitectures({ aws }: Site, image: EcrImage): Promise<readonly string[] | undefined> {
  const client = aws.client(ECRClient);
  const { registryId, repositoryName, id } = image;
  const command = new BatchGetImageCommand({ registryId, repositoryName, imageIds: [id], acceptedMediaTypes });
  const answer = await orMissing(client.send(command), "RepositoryNotFoundException");
  const [found] = answer?.images ?? [];
  if (found === undefined) return undefined;
  const manifest = v.safeParse(Manifest, found.imageManifest);
  if (!manifest.success) return [];
  if ("manifests" in manifest.output)
    return manifest.output.manifests.flatMap(({ platform }) => platform?.architecture ?? []);
  const layer = { registryId, repositoryName, layerDigest: manifest.output.config.digest };
  const { downloadUrl } = await client.send(new GetDownloadUrlForLayerCommand(layer));
  if (downloadUrl === undefined) return [];
  const configuration = await fetch(downloadUrl, { signal: AbortSignal.timeout(10_000) });
  return [v.parse(Configuration, await configuration.json()).architecture];
}
