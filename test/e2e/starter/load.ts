import type { HecDouble } from "@mcp-fleet/endpoint/doubles/hec";
import * as v from "valibot";
import { expect } from "vitest";

const auditEvent = v.looseObject({ id: v.string(), action: v.string(), request_id: v.optional(v.string()) });

/** Calls a tool again and again until it is stopped. */
export interface Load {
  stop(): Promise<Loaded>;
}
export interface Loaded {
  /** Ids of the requests that were answered with a 3. */
  readonly answered: readonly string[];
  readonly failed: readonly string[];
}

export interface Call {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Calls one tool. @returns what was answered */
export async function callOnce(
  url: URL,
  token: string,
  call: Call,
): Promise<{ readonly status: number; readonly id: string; readonly body: string }> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: call }),
  });
  return { status: response.status, id: response.headers.get("x-request-id") ?? "", body: await response.text() };
}

/** @param call of a tool that answers with a text that has a 3 in it */
export function startLoad(url: URL, token: string, call: Call, perSecond = 50): Load {
  const answered: string[] = [];
  const failed: string[] = [];
  const calls = new Set<Promise<void>>();

  async function one(): Promise<void> {
    try {
      const { status, id, body } = await callOnce(url, token, call);
      if (status === 200 && id !== "" && /"text":"[^"]*3/.test(body)) answered.push(id);
      else failed.push(`${status} ${body}`);
    } catch (error) {
      failed.push(String(error));
    }
  }

  const timer = setInterval(() => {
    const running = one();
    calls.add(running);
    void running.then(() => calls.delete(running));
  }, 1000 / perSecond);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(calls);
      return { answered, failed };
    },
  };
}

/** Each call was answered, and is in Splunk. */
export async function expectNothingLost(hec: HecDouble, { answered, failed }: Loaded): Promise<void> {
  expect(failed).toEqual([]);
  expect(answered.length).toBeGreaterThan(10);
  const arrived = () => {
    const events = hec.search().map(({ event }) => v.parse(auditEvent, event));
    return new Set(events.flatMap(({ request_id }) => request_id ?? []));
  };
  await expect
    .poll(
      () => {
        const there = arrived();
        return answered.filter((id) => !there.has(id)).length;
      },
      { timeout: 40_000, interval: 500 },
    )
    .toBe(0);
}
