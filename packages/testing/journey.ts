import { it, type TestOptions } from "vitest";

/** What is done at each step of a journey, by what it shows. */
export type Steps = Readonly<Record<string, () => Promise<void>>>;

/** Steps that each continue where the last one ended are one test. It fails with the name of the step. */
export function journey(title: string, options: TestOptions, steps: Steps): void {
  it(title, options, async () => {
    for (const [name, take] of Object.entries(steps)) {
      await take().catch((cause: unknown) => {
        throw new Error(`${title} ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      });
    }
  });
}
