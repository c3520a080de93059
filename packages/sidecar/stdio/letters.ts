import * as v from "valibot";
import type { Sessions } from "../sessions/index.ts";
import { Failure } from "./message.ts";

/** What came of a question or of a call. */
export const Reply = v.variant("kind", [
  v.object({ kind: v.literal("result"), result: v.record(v.string(), v.unknown()) }),
  v.object({ kind: v.literal("error"), error: Failure }),
  v.object({
    kind: v.literal("asked"),
    id: v.string(),
    method: v.string(),
    params: v.record(v.string(), v.unknown()),
  }),
]);
export type Reply = v.InferOutput<typeof Reply>;

/**
 * Replies on their way to whoever waits for them. A client sends its answer as a request of its own, which the balancer
 * may give to another task: there it is put into the session store, sealed, where the task that waits looks for it.
 */
export interface Letters {
  /** From now on, every task knows that somebody waits here. */
  open(address: string): Promise<Box>;
  /** @returns whether anybody waits for it @throws {StoreUnavailable} */
  send(address: string, reply: Reply): Promise<boolean>;
  /** Whether anybody waits there, as far as can be known. */
  isOpen(address: string): Promise<boolean>;
}

export interface Box {
  /** Resolves with undefined when the time is over, once `isLost`, or when it is closed. */
  receive(patienceMs: number, isLost?: () => Promise<boolean>): Promise<Letter | undefined>;
  close(): void;
}

export function closeAll(boxes: Iterable<Box>): void {
  for (const box of boxes) box.close();
}

export interface Letter {
  readonly reply: Reply;
  /** Whether it came from another task. */
  readonly isFromAfar: boolean;
}

const lookEveryMs = 500;
const aliveEveryMs = 3_000;
const aliveSeconds = 10;
const keepSeconds = 60;

/** @param sessions of several tasks; without a store they share, letters reach this task alone */
export function openLetters(sessions: Sessions | undefined): Letters {
  const waiting = new Map<string, (letter: Letter) => void>();
  const shared = sessions?.status().backend === "valkey" ? sessions : undefined;
  const letters = shared?.records("letter", Reply);
  const boxes = shared?.records("box", v.literal("open"));

  return {
    async open(address) {
      const here = Promise.withResolvers<Letter | undefined>();
      waiting.set(address, here.resolve);
      // While the store is down, letters of this task arrive all the same.
      const tellOthers = async () => boxes?.set(address, "open", aliveSeconds).catch(() => undefined);
      const telling = setInterval(tellOthers, aliveEveryMs);
      await tellOthers();
      return {
        receive(patienceMs, isLost = async () => false) {
          const timer = setTimeout(() => here.resolve(undefined), patienceMs);
          const take = async () => {
            const reply = await letters?.take(address).catch(() => undefined);
            if (reply !== undefined) here.resolve({ reply, isFromAfar: true });
          };
          const look = async () => {
            await take();
            if (!(await isLost())) return;
            // The last one may have come in between.
            await take();
            here.resolve(undefined);
          };
          const looking = letters && setInterval(look, lookEveryMs);
          return here.promise.finally(() => {
            clearTimeout(timer);
            clearInterval(looking);
          });
        },
        close() {
          here.resolve(undefined);
          waiting.delete(address);
          clearInterval(telling);
          void boxes?.delete(address).catch(() => undefined);
        },
      };
    },
    async send(address, reply) {
      const deliver = waiting.get(address);
      deliver?.({ reply, isFromAfar: false });
      if (deliver !== undefined || letters === undefined || boxes === undefined) return deliver !== undefined;
      const isOpen = (await boxes.get(address)) !== undefined;
      if (isOpen) await letters.set(address, reply, keepSeconds);
      return isOpen;
    },
    isOpen: async (address) => waiting.has(address) || (await boxes?.get(address).catch(() => "open")) === "open",
  };
}
