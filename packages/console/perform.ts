import type { IncomingMessage } from "node:http";
import * as v from "valibot";
import type { ActionGuard } from "./action-guard.ts";
import { type ActionResult, action } from "./model/action.ts";
import type { FleetActions } from "./view.ts";

const bodyLimit = 4096;
const readable = v.pipe(v.string(), v.parseJson(), action);

interface Answer {
  readonly status: number;
  readonly result: ActionResult;
}

/** Does what the page asks for, if the request comes from the page. */
export async function performAction(
  request: IncomingMessage,
  { guard, actions }: { readonly guard: ActionGuard; readonly actions: FleetActions | undefined },
): Promise<Answer> {
  if (actions === undefined) return refused(403, "This console is read-only.");
  const refusal = guard.refuseAction(request);
  if (refusal !== undefined) return refused(403, refusal);
  const body = await bodyOf(request);
  if (body === undefined) return refused(413, `An action is at most ${bodyLimit} bytes.`);
  const parsed = v.safeParse(readable, body);
  if (!parsed.success) return refused(400, `Not an action: ${parsed.issues[0].message}`);
  try {
    return { status: 200, result: { ok: true, message: await actions.perform(parsed.output) } };
  } catch (error) {
    return refused(409, error instanceof Error ? error.message : String(error));
  }
}

const refused = (status: number, message: string): Answer => ({ status, result: { ok: false, message } });

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length <= bodyLimit) chunks.push(bytes);
  }
  return length > bodyLimit ? undefined : Buffer.concat(chunks).toString();
}
