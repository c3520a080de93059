import type { Silence } from "#console/model/chat.ts";
import type { StagePlan } from "#fleet";
import type { ChatDoubles } from "../doubles/chat-page/index.ts";

export const silenceSeconds = 60;

/** Chats that answer 500 to everything for a while: what they are to be told waits in the queue. */
export interface Silences {
  list(): readonly Silence[];
  /** Throws for a chat that the map does not have, as below. */
  begin(chat: string): void;
  end(chat: string): void;
}

/** A double plays all destinations of its kind: with one of them, the others of that kind are silent as well. */
export function createSilences({ chat }: StagePlan, chats: ChatDoubles): Silences {
  const destinations = Object.entries(chat?.destinations ?? {});
  const ends = new Map<string, { readonly until: number; readonly timer: NodeJS.Timeout }>();

  const receiverOf = (wanted: string) => {
    const found = destinations.find(([name]) => name === wanted);
    if (found !== undefined) return found[1].receiver;
    const known = destinations.map(([name]) => name).join(", ");
    throw new Error(`The map has no chat ${wanted}: it has ${known === "" ? "none" : known}.`);
  };
  const end = (wanted: string) => {
    const receiver = receiverOf(wanted);
    clearTimeout(ends.get(receiver)?.timer);
    ends.delete(receiver);
    chats.setFault(receiver, undefined);
  };

  return {
    list: () =>
      destinations.flatMap(([name, { receiver }]) => {
        const until = ends.get(receiver)?.until;
        return until === undefined ? [] : [{ chat: name, until }];
      }),
    begin(wanted) {
      end(wanted);
      const receiver = receiverOf(wanted);
      chats.setFault(receiver, { kind: "error" });
      const timer = setTimeout(() => end(wanted), silenceSeconds * 1000).unref();
      ends.set(receiver, { until: Date.now() + silenceSeconds * 1000, timer });
    },
    end,
  };
}
