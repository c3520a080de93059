import { createLoopbackFetch } from "@mcp-fleet/endpoint";
import { chatNames } from "@mcp-fleet/endpoint/doubles/chat-page";
import { rolledBack } from "#chat/incident/headline.ts";
import { createAws } from "#cli/aws.ts";
import { bringOutBroken } from "#cli/drill/broken-release.ts";
import { keepCalling } from "#cli/drill/callers.ts";
import type { StagePlan } from "#fleet";
import { releaseAlarmsOf } from "#fleet/release-alarm.ts";
import { clientSettings, type LocalFleet } from "./fleet.ts";
import { poll } from "./poll.ts";
import type { Steps } from "./steps.ts";

const withinMs = 60_000;

/** A release that hurts its users is taken back by ECS, and the chats say so. */
export async function checkBrokenRelease(steps: Steps, plan: StagePlan, fleet: LocalFleet): Promise<void> {
  const service = plan.services.find(
    (one) =>
      one.localCommand !== undefined && one.desiredCount > 0 && releaseAlarmsOf(plan, one).includes("releaseErrors"),
  );
  if (service === undefined) return steps.leaveOut("A broken release", "no service has the alarm releaseErrors");
  let hurtMs = 0;
  const undone = await steps.attempt("release:undone", `A broken release of ${service.key}`, async () => {
    const aws = createAws(clientSettings(fleet.cloud));
    const callers = keepCalling({ plan, fetch: createLoopbackFetch(fleet.cloud.authority.ca) }, service);
    try {
      const release = await bringOutBroken({ aws, plan }, service);
      await poll(async () => ((await release.isUndone()) ? undefined : "it was not rolled back"), withinMs);
      await poll(() => (callers.answered() ? undefined : "the release before does not answer"), withinMs);
    } finally {
      aws.close();
      hurtMs = (await callers.stop()).hurtMs;
    }
    return `taken back by an alarm ${(hurtMs / 1_000).toFixed(0)} s after its first failed call`;
  });
  const { chat } = plan;
  if (!undone || chat === undefined || chat.routes.every(({ services }) => services?.includes(service.key) === false))
    return;
  await steps.attempt("release:told", "What the chats say of it", async () => {
    // A headline, or a line in the conversation of the alarm that it is about.
    const isTold = (text: string) => text.includes(service.key) && text.includes(rolledBack);
    const told = () =>
      chatNames.filter((name) => fleet.chats.list(name).some(({ payload }) => isTold(JSON.stringify(payload))));
    await poll(() => (told().length > 0 ? undefined : "no chat was told"), withinMs + 1_000 * chat.groupWaitSeconds);
    return `"Rolled back" in ${told().join(", ")}`;
  });
}
