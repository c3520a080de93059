import * as v from "valibot";

/** What names the audit trail may have: those of the server's own tools and their arguments. */
export interface Catalog {
  /** Takes in a result of `tools/list`, whoever asked for it. */
  learn(result: unknown): void;
  /** Asks one more process, which may have tools that others have not; names wait for it. */
  learnFrom(ask: () => Promise<readonly unknown[]>): void;
  /** The argument names of a tool, or undefined for one that the server does not have. */
  argumentsOf(tool: string): Promise<readonly string[] | undefined>;
}

const List = v.object({ tools: v.array(v.unknown()) });
/** One that is odd hides none of the others. */
const Tool = v.object({
  name: v.pipe(v.string(), v.maxLength(1_000)),
  inputSchema: v.optional(v.object({ properties: v.optional(v.record(v.string(), v.unknown())) })),
});

/** A server that makes up tools must not fill this process. */
const mostTools = 2_000;
/** A name that is unknown is asked for again after this long: it may be new, and clients make up names. */
const askAgainMs = 30_000;
/** A server that did not answer may only have been starting. */
const askSoonMs = 5_000;

/** @param ask asks the server for its tools and gives the result, or all of them where there are several */
export function openCatalog(ask: () => Promise<readonly unknown[]>, now: () => number = Date.now): Catalog {
  const tools = new Map<string, readonly string[]>();
  let asked: Promise<void> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let hasAnswered = true;

  function learn(result: unknown): void {
    const parsed = v.safeParse(List, result);
    for (const one of parsed.success ? parsed.output.tools : []) {
      const tool = v.safeParse(Tool, one);
      if (!tool.success) continue;
      const { name, inputSchema } = tool.output;
      if (tools.size >= mostTools && !tools.has(name)) return;
      tools.set(name, Object.keys(inputSchema?.properties ?? {}));
    }
  }

  /** Names stay unknown while the server does not answer; it is asked again later. */
  function refresh(): Promise<void> {
    if (asked === undefined || now() - askedAt >= (hasAnswered ? askAgainMs : askSoonMs)) {
      askedAt = now();
      hasAnswered = true;
      asked = learnAll(ask);
    }
    return asked;
  }

  const learnAll = (ask: () => Promise<readonly unknown[]>): Promise<void> =>
    ask().then(
      (results) => results.forEach(learn),
      () => {
        hasAnswered = false;
      },
    );

  return {
    learn,
    learnFrom(ask) {
      asked = Promise.all([asked, learnAll(ask)]).then(() => undefined);
    },
    argumentsOf: async (tool) => {
      if (!tools.has(tool)) await refresh();
      return tools.get(tool);
    },
  };
}
