import { tellDuration } from "../../duration.ts";
import type { ServiceFacts } from "../../status/facts.ts";
import { type Check, type Examination, type Finding, failure, skipped, warning, well } from "../check.ts";
import { type EcrTag, ecrTagOf, readTag, type TagMeaning } from "../registry.ts";

/**
 * `:latest` means what it meant when the task started: two tasks of one service may run different programs, and the
 * next one may run a third. Where the image is in ECR, it is asked what the tag means now.
 */
export const images: Check = {
  id: "images",
  well: "All tasks run the image that their tag means now.",
  async look(examination) {
    const services = await examination.services;
    const running = services.flatMap(({ tasks }) => tasks.filter(({ status }) => status === "RUNNING"));
    if (running.length > 0 && running.every(({ imageDigest }) => imageDigest === undefined))
      return [skipped("No task names the digest of its image: on this machine commands stand for images.")];
    const findings = (await Promise.all(services.map((facts) => lookAt(examination, facts)))).flat();
    return findings.length > 0 ? findings : tellUnasked(services);
  },
};

async function lookAt({ stage, now }: Examination, facts: ServiceFacts): Promise<readonly Finding[]> {
  const digests = digestsOf(facts);
  const mixed = judgeMixed(facts, digests);
  const tag = ecrTagOf(facts.plan.image);
  if (mixed.length > 0 || tag === undefined || digests.length === 0) return mixed;
  // A client of the stage asks the region of the stage.
  if (tag.region !== stage.plan.region)
    return [skipped(`${facts.plan.image} is in ${tag.region}: whether its tag moved was not asked.`)];
  return judgeTag(facts, { tag, meaning: await readTag(stage, tag), digests }, now());
}

function digestsOf({ tasks }: ServiceFacts): readonly string[] {
  const running = tasks.filter(({ status }) => status === "RUNNING");
  return [...new Set(running.flatMap(({ imageDigest }) => imageDigest ?? []))];
}

export function judgeMixed({ plan }: ServiceFacts, digests: readonly string[]): readonly Finding[] {
  if (digests.length < 2) return [];
  return [
    warning(
      `The tag of ${plan.image} moved: ${plan.key} runs ${digests.length} different images.`,
      `fleet redeploy ${plan.key} --wait, and name images by digest or by a tag that stays`,
    ),
  ];
}

/** @param now milliseconds since the epoch */
export function judgeTag(
  { plan }: ServiceFacts,
  found: { readonly tag: EcrTag; readonly meaning: TagMeaning; readonly digests: readonly string[] },
  now: number,
): readonly Finding[] {
  const { tag, meaning, digests } = found;
  const name = `${tag.repositoryName}:${tag.imageTag}`;
  if (meaning.kind === "missing")
    return [
      failure(
        `${plan.key} runs ${name}, which ECR no longer has: no new task can start.`,
        `Push it again, or name another image for ${plan.key} in fleet.config.ts, then deploy.`,
      ),
    ];
  const others = digests.filter((digest) => !meaning.digests.includes(digest));
  if (others.length === 0) return [];
  return [
    warning(
      `${name} moved ${tellDuration(now - meaning.pushedAt)} ago: ${plan.key} runs ${others.map(short).join(", ")}, and it means ${short(meaning.digest)} now, which the next task would run.`,
      `fleet redeploy ${plan.key} --wait takes the new one; a tag that stays, or a digest, keeps tasks alike`,
    ),
  ];
}

function short(digest: string): string {
  return digest.replace("sha256:", "").slice(0, 12);
}

/** Other registries have no such question: there the tasks of a service are compared with each other. */
function tellUnasked(services: readonly ServiceFacts[]): readonly Finding[] {
  const others = services.filter(({ plan, tasks }) => tasks.length > 0 && isElsewhere(plan.image));
  if (others.length === 0) return [];
  return [
    well(
      `The tasks of a service run one image. Whether the tag moved is asked of ECR alone, so not of ${others.map(({ plan }) => plan.image).join(", ")}.`,
    ),
  ];
}

function isElsewhere(image: string): boolean {
  return !image.includes("@sha256:") && ecrTagOf(image) === undefined;
}
