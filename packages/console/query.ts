import * as v from "valibot";
import { toolQuery } from "./model/tool.ts";
import type { FleetView } from "./view.ts";

/** Longer than anything a person types. */
const filter = v.pipe(v.string(), v.maxLength(200));

/** What the page asks for when somebody looks at it: too much to send everybody all the time. */
export interface Answer {
  readonly status: 200 | 400 | 404 | 502;
  readonly body: unknown;
}

/** `undefined` for an address that is no question. */
export async function answerQuery(view: FleetView, { pathname, searchParams }: URL): Promise<Answer | undefined> {
  switch (pathname) {
    case "/tools": {
      const asked = v.safeParse(toolQuery, Object.fromEntries(searchParams));
      if (!asked.success) return { status: 400, body: { message: asked.issues[0].message } };
      return answered(() => view.tools(asked.output.service, asked.output.span));
    }
    case "/audits": {
      const asked = v.safeParse(filter, searchParams.get("filter"));
      if (!asked.success) return { status: 400, body: { message: asked.issues[0].message } };
      if (view.findAudits === undefined) return { status: 404, body: { message: "Nothing to search is known here." } };
      return answered(() => view.findAudits?.(asked.output));
    }
    default:
      return undefined;
  }
}

async function answered(read: () => unknown): Promise<Answer> {
  try {
    return { status: 200, body: await read() };
  } catch (error) {
    return { status: 502, body: { message: error instanceof Error ? error.message : String(error) } };
  }
}
