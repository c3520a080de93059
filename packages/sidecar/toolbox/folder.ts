import { readdir } from "node:fs/promises";
import * as v from "valibot";
import type { AnyTool } from "./tool.ts";

const toolModule = v.object({
  default: v.object({
    name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]{1,128}$/, "1 to 128 letters, digits, _, - or . are allowed")),
    title: v.string(),
    description: v.string(),
    input: v.record(
      v.string(),
      v.custom<AnyTool["input"][string]>((value) => typeof value === "object"),
    ),
    run: v.custom<AnyTool["run"]>((value) => typeof value === "function", "run must be a function"),
  }),
});

/**
 * The tools of a directory: the default export of each module in it.
 * @throws {Error} naming the file that is not a tool, or the two that share a name.
 */
export async function loadTools(directory: URL): Promise<readonly AnyTool[]> {
  const files = (await readdir(directory)).filter((file) => /\.(ts|js|mjs)$/.test(file)).sort();
  const tools = new Map<string, AnyTool>();
  for (const file of files) {
    const parsed = v.safeParse(toolModule, await import(new URL(file, directory).href));
    if (!parsed.success) {
      const [issue] = parsed.issues;
      throw new Error(
        `tools/${file}: ${v.getDotPath(issue) ?? "it"}: ${issue.message}. Export defineTool({…}) as default.`,
      );
    }
    const tool = parsed.output.default;
    if (tools.has(tool.name)) throw new Error(`tools/${file}: another file has a tool "${tool.name}". Rename one.`);
    tools.set(tool.name, tool);
  }
  return [...tools.values()];
}
