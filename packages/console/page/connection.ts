import * as v from "valibot";
import { type Action, type ActionResult, actionResult } from "../model/action.ts";
import { consoleEvent } from "../model/event.ts";
import { type Audit, audit } from "../model/happening.ts";
import { type Span, type ToolHistory, toolHistory } from "../model/tool.ts";
import type { StateEvent } from "../state/state.ts";

const message = v.pipe(v.string(), v.parseJson(), consoleEvent);

/** Follows the server; the browser reconnects on its own. Returns the function that ends it. */
export function follow(listener: (event: StateEvent) => void): () => void {
  const source = new EventSource("/events");
  source.addEventListener("message", ({ data }) => listener(v.parse(message, data)));
  source.addEventListener("error", () => listener({ kind: "lost" }));
  return () => source.close();
}

/** Throws with a message fit for the page. */
export async function findAudits(filter: string, signal: AbortSignal): Promise<readonly Audit[]> {
  return v.parse(v.array(audit), await query(`/audits?${new URLSearchParams({ filter })}`, signal));
}

/** Throws with a message fit for the page. */
export async function readTools(service: string, span: Span, signal: AbortSignal): Promise<ToolHistory> {
  return v.parse(toolHistory, await query(`/tools?${new URLSearchParams({ service, span })}`, signal));
}

const refusal = v.object({ message: v.string() });

async function query(address: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(address, { signal });
  const body: unknown = await response.json();
  if (!response.ok) throw new Error(v.parse(refusal, body).message);
  return body;
}

/** Asks the server to act; never rejects. */
export async function ask(action: Action): Promise<ActionResult> {
  const token = document.querySelector<HTMLMetaElement>('meta[name="action-token"]')?.content ?? "";
  try {
    const response = await fetch("/actions", {
      method: "POST",
      headers: { "content-type": "application/json", "x-console-token": token },
      body: JSON.stringify(action),
    });
    return v.parse(actionResult, await response.json());
  } catch {
    return { ok: false, message: "The console's server does not answer. Is npm start still running?" };
  }
}
