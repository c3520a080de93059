import * as v from "valibot";
import type { Message } from "../http/messages.ts";
import type { Peer } from "./abilities.ts";

const Cancelled = v.object({ requestId: v.union([v.string(), v.number()]) });

/** The requests of one POST, while they are answered. */
interface Call {
  readonly peer: Peer | undefined;
  readonly relay?: { close(): Promise<void> };
}

export interface Calls {
  /** Ends what these messages cancel, and remembers what they ask for. @returns what forgets it */
  take(messages: readonly Message[], caller: string, call: Call): () => void;
}

/**
 * Before 2026-07-28 a client that gives up a call says so by a request of its own. It is heard at the task that has the
 * call; the id of a call is its client's, so only those of one session are compared.
 */
export function openCalls(): Calls {
  const open = new Map<string, Call>();
  return {
    take(messages, caller, call) {
      const { session } = call.peer ?? {};
      if (session === undefined) return () => undefined;
      const keyOf = (id: string | number) => JSON.stringify([caller, session, id]);
      const keys: string[] = [];
      for (const { id, method, params } of messages) {
        if (id !== undefined) keys.push(keyOf(id));
        const cancelled = v.safeParse(Cancelled, params);
        if (method !== "notifications/cancelled" || !cancelled.success) continue;
        void open.get(keyOf(cancelled.output.requestId))?.relay?.close();
      }
      for (const key of keys) open.set(key, call);
      return () => {
        for (const key of keys) open.delete(key);
      };
    },
  };
}
