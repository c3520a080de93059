import type { StagePlan } from "./plan.ts";

/** The fleet's own functions that work with a secret's value, where it is not one of those they only rotate. */
export function functionsReading({ secrets, chat }: Pick<StagePlan, "secrets" | "chat">, key: string) {
  const isAdmin = secrets.some(({ rotation }) => "admin" in rotation && rotation.admin === key);
  return [
    ...(chat?.secret === key ? ["alarm-to-chat"] : []),
    ...(chat?.actions?.slack.secret === key ? ["answer-button"] : []),
    ...(isAdmin ? ["rotate-secret", "settle-secret"] : []),
  ];
}
