import * as v from "valibot";

const id = v.union([v.string(), v.number()]);

/** JSON is read to any depth, and written to some thousands: what is deeper can be passed on to nobody. */
const deepest = 500;
const isWritable = (value: unknown, left = deepest): boolean =>
  typeof value !== "object" ||
  value === null ||
  (left > 0 && Object.values(value).every((one) => isWritable(one, left - 1)));

export const Failure = v.object({
  code: v.number(),
  message: v.string(),
  data: v.optional(
    v.pipe(
      v.unknown(),
      v.check((data) => isWritable(data)),
    ),
  ),
});
export type Failure = v.InferOutput<typeof Failure>;

const fields = v.pipe(
  v.record(v.string(), v.unknown()),
  v.check((record) => isWritable(record)),
);

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

/** @returns nothing for a line that is no message, such as one of a log; several for a batch, of revisions that had them */
export function parseLine(line: string): readonly Said[] {
  const parsed = v.safeParse(
    v.pipe(
      v.string(),
      v.parseJson(),
      v.union([
        v.pipe(
          Said,
          v.transform((said) => [said]),
        ),
        v.array(Said),
      ]),
    ),
    line,
  );
  return parsed.success ? parsed.output : [];
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
