import * as v from "valibot";
import type { Answer } from "./conversation.ts";
import { Down } from "./down.ts";
import type { ListedTool } from "./reading.ts";

const Page = v.object({
  tools: v.array(v.looseObject({ name: v.string(), description: v.optional(v.string(), "") })),
  nextCursor: v.optional(v.string()),
});

/** More pages than this are no list, but a way to keep a client busy. */
const mostPages = 20;

type Ask = (method: string, params?: object) => Promise<Answer>;

/** The tools of a service, all pages; `login` where only the list needs one. */
export async function listTools(capable: boolean, ask: Ask): Promise<readonly ListedTool[] | "login"> {
  const tools: ListedTool[] = [];
  if (!capable) return tools;
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const answer = await ask("tools/list", cursor === undefined ? {} : { cursor });
    if (answer.kind === "login") return "login";
    if (answer.kind === "refused") throw new Down(answer.what);
    const parsed = v.safeParse(Page, answer.result);
    if (!parsed.success) throw new Down("answers tools/list, but with no list of tools");
    for (const { name, description, ...rest } of parsed.output.tools) {
      tools.push({ name, description, shape: JSON.stringify(ordered(rest)) });
    }
    cursor = parsed.output.nextCursor;
    if (cursor === undefined) return tools;
  }
  throw new Down(`lists its tools on more than ${mostPages} pages`);
}

/** The order of keys is chance, and no change of a tool. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, ordered(inner)]),
  );
}
