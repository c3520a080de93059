import * as v from "valibot";
import { type Action, type ActionResult, actionResult } from "../model/action.ts";
import { consoleEvent } from "../model/event.ts";
import type { StateEvent } from "../state/state.ts";

const message = v.pipe(v.string(), v.parseJson(), consoleEvent);

/** Follows the server; the browser reconnects on its own. Returns the function that ends it. */
export function follow(listener: (event: StateEvent) => void): () => void {
  const source = new EventSource("/events");
  source.addEventListener("message", ({ data }) => listener(v.parse(message, data)));
  source.addEventListener("error", () => listener({ kind: "lost" }));
  return () => source.close();
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
