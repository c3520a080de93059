import * as v from "valibot";
import type { CallAccess } from "#endpoint/core/service.ts";
import type { LambdaEngine } from "./engine.ts";
import { parseFunctionName } from "./functions.ts";

const addressed = v.object({ FunctionName: v.optional(v.string()), Resource: v.optional(v.string()) });

export function accessOf(engine: LambdaEngine): CallAccess {
  return { resourceOf: (_operation, input) => resourceArn(engine, input) };
}

function resourceArn({ place }: LambdaEngine, input: unknown): string | undefined {
  const parsed = v.safeParse(addressed, input);
  const given = parsed.success ? (parsed.output.FunctionName ?? parsed.output.Resource) : undefined;
  if (given === undefined) return undefined;
  const { name, qualifier } = parseFunctionName(given);
  return `arn:aws:lambda:${place.region}:${place.account}:function:${name}${qualifier ? `:${qualifier}` : ""}`;
}
