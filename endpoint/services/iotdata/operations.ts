import * as v from "valibot";
import { define, type Operations } from "#endpoint/core/service.ts";

export function operationsOf(): Operations {
  return { Publish: define(v.object({ topic: v.string() }), () => ({})) };
}
