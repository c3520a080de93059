/** An image as ECR can be asked about it, by its tag or its digest. */
export interface EcrImage {
  readonly registryId: string;
  readonly region: string;
  readonly repositoryName: string;
  readonly id: { readonly imageTag: string } | { readonly imageDigest: string };
}

const host = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;

/** `undefined` for an image of another registry. */
export function ecrImageOf(image: string): EcrImage | undefined {
  const [address = "", ...path] = image.split("/");
  const [, registryId, region] = host.exec(address) ?? [];
  if (registryId === undefined || region === undefined) return undefined;
  const [tagged = "", imageDigest] = path.join("/").split("@");
  const [repositoryName = "", imageTag = "latest"] = tagged.split(":");
  const id = imageDigest === undefined ? { imageTag } : { imageDigest };
  return { registryId, region, repositoryName, id };
}
