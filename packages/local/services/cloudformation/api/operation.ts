import * as v from "valibot";
import type { ApiCall, Operation, Output } from "#local/endpoint/service.ts";
import { refused } from "../template/errors.ts";

/** Binds a schema to a handler: input that does not fit is CloudFormation's `ValidationError`. */
export function define<const S extends v.GenericSchema>(
  schema: S,
  handle: (input: v.InferOutput<S>, call: ApiCall) => Output | Promise<Output>,
): Operation {
  return (input, call) => {
    const parsed = v.safeParse(schema, input);
    if (parsed.success) return handle(parsed.output, call);
    const issue = parsed.issues[0];
    const member = v.getDotPath(issue) ?? call.operation;
    throw refused(
      `1 validation error detected: Value ${issue.received} at '${member}' failed to satisfy constraint: ${issue.message}`,
    );
  };
}
