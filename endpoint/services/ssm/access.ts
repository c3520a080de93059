import * as v from "valibot";
import type { CallAccess } from "#endpoint/core/service.ts";
import type { SsmEngine } from "./engine.ts";

const named = v.union([
  v.pipe(
    v.object({ Name: v.string() }),
    v.transform((input) => [input.Name]),
  ),
  v.pipe(
    v.object({ Path: v.string() }),
    v.transform((input) => [input.Path]),
  ),
  v.object({ Names: v.array(v.string()) }),
]);

export function accessOf({ parameters }: SsmEngine): CallAccess {
  return {
    resourceOf(_operation, input) {
      const parsed = v.safeParse(named, input);
      if (!parsed.success) return undefined;
      const references = Array.isArray(parsed.output) ? parsed.output : parsed.output.Names;
      return references.map((it) => (it.startsWith("arn:") ? it : parameters.arn(it.split(":")[0] ?? it)));
    },
  };
}
