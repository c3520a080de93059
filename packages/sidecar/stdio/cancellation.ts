import * as v from "valibot";
import type { Message } from "../http/messages.ts";
import type { Peer } from "./abilities.ts";
import type { Box, Letters } from "./letters.ts";
import { unavailable } from "./no-answer.ts";
import { answerMs } from "./rounds.ts";

const Cancelled = v.object({ requestId: v.union([v.string(), v.number()]) });
const cancelled = { kind: "error", error: { code: unavailable, message: "The client gave up the call." } } as const;

/** A call that takes longer can be given up at any task: of most, no other task need ever know. */
const longMs = 1_000;

/** The requests of one POST, while they are answered. */
interface Call {
  readonly peer: Peer | undefined;
  readonly relay?: { close(): Promise<void> };
}

export interface Calls {
  /** Ends what these messages cancel, wherever it is. */
  cancel(messages: readonly Message[], caller: string, peer: Peer | undefined): void;
  /** Remembers what these messages ask for. @returns what forgets it */
  take(messages: readonly Message[], caller: string, call: Call): () => void;
}

/**
 * Before 2026-07-28 a client that gives up a call says so by a request of its own, which the balancer may give to another
 * task. The id of a call is its client's, so only those of one session are compared.
 */
export function openCalls(letters: Letters): Calls {
  const open = new Map<string, Call>();
  const keyOf = (caller: string, { session }: Peer, id: string | number) => JSON.stringify([caller, session, id]);

  /** @returns what ends the wait */
  function listenAfar(key: string, call: Call): () => void {
    let box: Box | undefined;
    let isOver = false;
    const timer = setTimeout(async () => {
      box = await letters.open(key);
      if (isOver) box.close();
      else if ((await box.receive(answerMs)) !== undefined) void call.relay?.close();
    }, longMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
      box?.close();
    };
  }

  return {
    cancel(messages, caller, peer) {
      if (peer?.session === undefined) return;
      for (const { method, params } of messages) {
        const told = v.safeParse(Cancelled, params);
        if (method !== "notifications/cancelled" || !told.success) continue;
        const key = keyOf(caller, peer, told.output.requestId);
        const call = open.get(key);
        if (call !== undefined) void call.relay?.close();
        // Without the store it goes on, as does one that is over.
        else void letters.send(key, cancelled).catch(() => undefined);
      }
    },
    take(messages, caller, call) {
      const { peer } = call;
      if (peer?.session === undefined) return () => undefined;
      const keys = messages.flatMap(({ id }) => (id === undefined ? [] : [keyOf(caller, peer, id)]));
      const ends = keys.map((key) => listenAfar(key, call));
      for (const key of keys) open.set(key, call);
      return () => {
        for (const key of keys) open.delete(key);
        for (const end of ends) end();
      };
    },
  };
}
