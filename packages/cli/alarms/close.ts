import type { ClosingNotice } from "#chat/parse/closing.ts";
import type { ExitCode } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { readAuthor } from "./author.ts";
import { findAlarms, targetOf } from "./read.ts";
import { putOnRoad } from "./road-queue.ts";

/** For what nothing else ends. The alarm itself stays as it is, and is told again when it goes off again. */
export async function closeAlarms(stage: Stage, wanted: string): Promise<ExitCode> {
  const { plan, terminal } = stage;
  // An alarm that was deleted has a conversation as well, so any name of one will do.
  const target = wanted.startsWith(`${plan.stage}-mcp-`)
    ? wanted
    : targetOf(plan, wanted, await findAlarms(stage, wanted));
  const notice: ClosingNotice = { source: "mcp-fleet", close: target, by: await readAuthor(stage) };
  await putOnRoad(stage, notice);
  terminal.print(`What lasts of ${target} is closed in the chats within a minute, by ${notice.by}.`);
  return 0;
}
