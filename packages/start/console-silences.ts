import type { ChatDoubles, ChatName } from "@mcp-fleet/endpoint/doubles/chat-page";
import type { Silence } from "#console/model/chat.ts";
import type { StagePlan } from "#fleet";

export const silenceSeconds = 60;

/** Chats that answer 500 to everything for a while: their messages wait in the queue. */
export interface Silences {
  list(): readonly Silence[];
  /** Throws for a chat that the map does not have, as below. */
  begin(chat: string): void;
  end(chat: string): void;
}

/** A double plays all destinations of its kind: with one of them, the others of that kind are silent as well. */
export function createSilences(plan: () => StagePlan, chats: ChatDoubles): Silences {
  const destinations = () => Object.entries(plan().chat?.destinations ?? {});
  const ends = new Map<string, { readonly until: number; readonly timer: NodeJS.Timeout }>();

  const receiverOf = (wanted: string) => {
    const found = destinations().find(([name]) => name === wanted);
    if (found?.[1].receiver === "email")
      throw new Error(`${wanted} is mail, which AWS sends: it cannot be silenced here.`);
    if (found !== undefined) return found[1].receiver;
    const known = destinations()
      .map(([name]) => name)
      .join(", ");
    throw new Error(`The map has no chat ${wanted}: it has ${known === "" ? "none" : known}.`);
  };
  // By the chat's kind: the map may have lost the chat itself meanwhile.
  const lift = (receiver: ChatName) => {
    clearTimeout(ends.get(receiver)?.timer);
    ends.delete(receiver);
    chats.setFault(receiver, undefined);
  };

  return {
    list: () =>
      destinations().flatMap(([name, { receiver }]) => {
        const until = ends.get(receiver)?.until;
        return until === undefined ? [] : [{ chat: name, until }];
      }),
    begin(wanted) {
      const receiver = receiverOf(wanted);
      lift(receiver);
      chats.setFault(receiver, { kind: "error" });
      const timer = setTimeout(() => lift(receiver), silenceSeconds * 1000).unref();
      ends.set(receiver, { until: Date.now() + silenceSeconds * 1000, timer });
    },
    end: (wanted) => lift(receiverOf(wanted)),
  };
}
