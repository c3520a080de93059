import * as v from "valibot";
import { excessOf, outlineOf } from "../json-bounds.ts";

const id = v.union([v.string(), v.number()]);

export const Failure = v.object({
  code: v.number(),
  message: v.string(),
  data: v.optional(v.unknown()),
});
export type Failure = v.InferOutput<typeof Failure>;

const fields = v.record(v.string(), v.unknown());

/** What a server may say: ask, answer, or tell. */
const Said = v.union([
  v.object({ jsonrpc: v.literal("2.0"), id, method: v.string(), params: v.optional(fields, {}) }),
  v.object({ jsonrpc: v.literal("2.0"), id: v.number(), error: Failure }),
  v.object({ jsonrpc: v.literal("2.0"), id: v.number(), result: fields }),
  v.object({
    jsonrpc: v.literal("2.0"),
    method: v.string(),
    params: v.optional(fields, {}),
  }),
  // An answer, as its id says, in which nothing else is right: nobody need wait for a better one.
  v.pipe(
    v.object({ id: v.pipe(id, v.transform(Number)), method: v.optional(v.undefined()) }),
    v.transform((said) => ({ misanswered: said.id })),
  ),
]);
export type Said = v.InferOutput<typeof Said>;

/** Revisions that had batches set no limit; a client sends a few. */
const mostInBatch = 100;
const Line = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([
    v.pipe(
      Said,
      v.transform((said) => [said]),
    ),
    v.pipe(v.array(v.unknown()), v.maxLength(mostInBatch), v.array(Said)),
  ]),
);

/**
 * @returns nothing for a line that is no message, such as one of a log; several for a batch, of revisions that had them;
 *   for one that is too much to parse, whom it was to answer
 */
export function parseLine(line: string): readonly Said[] {
  const parsed = v.safeParse(Line, excessOf(line) === undefined ? line : boundedOutlineOf(line));
  return parsed.success ? parsed.output : [];
}

/** Its own fields may be too many as well: then it is no message. */
function boundedOutlineOf(line: string): string {
  const outline = outlineOf(line);
  return excessOf(outline) === undefined ? outline : "";
}

const mark = v.optional(v.object({}));
export const Greeting = v.object({
  capabilities: v.object({ tools: mark, prompts: mark, resources: mark, completions: mark }),
  serverInfo: v.looseObject({ name: v.string(), version: v.string() }),
  instructions: v.optional(v.string()),
});
export type Greeting = v.InferOutput<typeof Greeting>;

export const Progress = v.object({
  progressToken: v.number(),
  progress: v.number(),
  total: v.optional(v.number()),
  message: v.optional(v.string()),
});
export type Progress = v.InferOutput<typeof Progress>;

/** Parameters of a request whose progress is told under this token. */
export function withProgress(params: Readonly<Record<string, unknown>>, progressToken: number) {
  const { _meta } = params;
  return { ...params, _meta: { ...(typeof _meta === "object" ? _meta : {}), progressToken } };
}
