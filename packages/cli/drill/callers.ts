import type { ServicePlan } from "#fleet";
import type { Stage } from "../stage.ts";

/** What somebody who uses a service met meanwhile. */
export interface Experience {
  readonly calls: number;
  /** Not answered, or answered with 5xx. */
  readonly failed: number;
  /** Milliseconds from the first failed call to the end of the last one. */
  readonly hurtMs: number;
}

export interface Callers {
  /** Whether the newest answer is one. */
  answered(): boolean;
  /** Waits for the calls under way. */
  stop(): Promise<Experience>;
}

/** As fast as a few clients that try again. */
const pauseMs = { aws: 500, loopback: 100 } as const;
/** A person waits no longer. */
const patienceMs = 8_000;
/** A service that answers nothing must not gather calls without end. */
const atOnce = 50;

const request = {
  method: "POST",
  headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
  body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
} as const;

/** Calls a service by its public address at a steady rate, whatever becomes of the calls before. A 401 is an answer. */
export function keepCalling({ plan, fetch }: Pick<Stage, "plan" | "fetch">, { url }: ServicePlan): Callers {
  const address = new URL("/mcp", url);
  const underWay = new Set<Promise<void>>();
  let [calls, failed, last] = [0, 0, false];
  let hurt: { readonly from: number; readonly to: number } | undefined;
  const call = async () => {
    const began = Date.now();
    calls += 1;
    // Of `AbortSignal.timeout` nobody keeps hold; and a stream that is left may take its time to end.
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), patienceMs);
    last = await fetch(address, { ...request, signal: patience.signal }).then(
      (response) => {
        response.body?.cancel().catch(() => undefined);
        return response.status < 500;
      },
      () => false,
    );
    clearTimeout(timer);
    if (last) return;
    failed += 1;
    hurt = { from: Math.min(hurt?.from ?? began, began), to: Date.now() };
  };
  const timer = setInterval(() => {
    if (underWay.size >= atOnce) return;
    const one: Promise<void> = call().finally(() => underWay.delete(one));
    underWay.add(one);
  }, pauseMs[plan.runsOn]);
  return {
    answered: () => last,
    async stop() {
      clearInterval(timer);
      await Promise.allSettled(underWay);
      return { calls, failed, hurtMs: hurt === undefined ? 0 : hurt.to - hurt.from };
    },
  };
}
