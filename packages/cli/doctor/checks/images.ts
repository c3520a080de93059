import { type Check, skipped, warning } from "../check.ts";

/** `:latest` means what it meant when the task started: two tasks of one service may run different programs. */
export const images: Check = {
  id: "images",
  well: "All tasks of a service run the same image.",
  async look({ services }) {
    const running = services.flatMap(({ tasks }) => tasks.filter(({ status }) => status === "RUNNING"));
    if (running.length > 0 && running.every(({ imageDigest }) => imageDigest === undefined))
      return [skipped("No task names the digest of its image: on this machine commands stand for images.")];
    return services.flatMap(({ plan, tasks }) => {
      const digests = new Set(tasks.flatMap(({ imageDigest }) => imageDigest ?? []));
      if (digests.size < 2) return [];
      return [
        warning(
          `The tag of ${plan.image} moved: ${plan.key} runs ${digests.size} different images.`,
          `fleet redeploy ${plan.key} --wait, and name images by digest or by a tag that stays`,
        ),
      ];
    });
  },
};
