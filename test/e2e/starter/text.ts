import * as v from "valibot";

const Result = v.object({ content: v.array(v.object({ text: v.string() })) });

/** What a tool answered, as text. */
export function textOf(result: unknown): string {
  return v
    .parse(Result, result)
    .content.map(({ text }) => text)
    .join();
}
