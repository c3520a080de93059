import { UsageError } from "../failure.ts";
import { shown } from "../stage.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html: tasks per service. */
const most = 5_000;

/** Throws `UsageError` for anything but a whole number that ECS takes. */
export function parseTasks(word: string): number {
  const tasks = /^\d{1,4}$/.test(word) ? Number(word) : undefined;
  if (tasks === undefined || tasks > most)
    throw new UsageError(`Tasks ${shown(word)}: a whole number from 0 to ${most} is needed.`);
  return tasks;
}
