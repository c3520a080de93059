import { eachOf } from "#aws/batches.ts";
import { formatDuration } from "../../duration.ts";
import type { ServiceFacts } from "../../status/facts.ts";
import { type Check, type Examination, type Finding, failure, passed, skipped, warning } from "../check.ts";
import { type EcrTag, ecrTagOf, readTag, type TagMeaning } from "../registry.ts";

/**
 * `:latest` is resolved when a task starts: two tasks of one service may run different programs, and the
 * next one may run a third. For an image in ECR, the tag is resolved again now.
 */
export const images: Check = {
  id: "images",
  ok: "All tasks run the image that their tag points to now.",
  async look(examination) {
    const services = await examination.services;
    const running = services.flatMap(({ tasks }) => tasks.filter(({ status }) => status === "RUNNING"));
    if (running.length === 0) return [skipped("No task runs: there is no image to compare.")];
    if (running.every(({ imageDigest }) => imageDigest === undefined))
      return [skipped("No task has an image digest: on this machine, local commands replace images.")];
    // Services may run one image.
    const meanings = new Map<string, Promise<TagMeaning>>();
    const meaningOf = (image: string, tag: EcrTag) => {
      const meaning = meanings.get(image) ?? readTag(examination.stage, tag);
      meanings.set(image, meaning);
      return meaning;
    };
    const findings = (await eachOf(services, (facts) => lookAt(examination, facts, meaningOf))).flat();
    return findings.length > 0 ? findings : reportUnasked(services);
  },
};

async function lookAt(
  { stage, now }: Examination,
  facts: ServiceFacts,
  meaningOf: (image: string, tag: EcrTag) => Promise<TagMeaning>,
): Promise<readonly Finding[]> {
  const digests = digestsOf(facts);
  const mixed = judgeMixed(facts, digests);
  const tag = ecrTagOf(facts.plan.image);
  if (mixed.length > 0 || tag === undefined || digests.length === 0) return mixed;
  // A client of the stage asks the region of the stage.
  if (tag.region !== stage.plan.region)
    return [skipped(`${facts.plan.image} is in ${tag.region}: whether its tag moved was not checked.`)];
  return judgeTag(facts, { tag, meaning: await meaningOf(facts.plan.image, tag), digests }, now());
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
      `fleet redeploy ${plan.key} --wait, and pin images by digest or by an immutable tag`,
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
      `${name} moved ${formatDuration(now - meaning.pushedAt)} ago: ${plan.key} runs ${others.map(short).join(", ")}, and the tag now points to ${short(meaning.digest)}, which the next task would run.`,
      `fleet redeploy ${plan.key} --wait moves to the new one; an immutable tag or a digest keeps tasks alike`,
    ),
  ];
}

function short(digest: string): string {
  return digest.replace("sha256:", "").slice(0, 12);
}

/** Other registries are not asked: there, the tasks of a service are compared with each other. */
function reportUnasked(services: readonly ServiceFacts[]): readonly Finding[] {
  const others = services.filter(({ plan, tasks }) => tasks.length > 0 && isElsewhere(plan.image));
  if (others.length === 0) return [];
  return [
    passed(
      `The tasks of each service run one image. Only ECR can be asked whether a tag moved, so not checked: ${others.map(({ plan }) => plan.image).join(", ")}.`,
    ),
  ];
}

function isElsewhere(image: string): boolean {
  return !image.includes("@sha256:") && ecrTagOf(image) === undefined;
}
