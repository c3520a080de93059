import * as v from "valibot";

/** The fields an answer needs; read first, so that a request with other faults still gets one. */
export const ReturnAddress = v.object({
  ResponseURL: v.pipe(v.string(), v.url()),
  StackId: v.string(),
  RequestId: v.string(),
  LogicalResourceId: v.string(),
  PhysicalResourceId: v.optional(v.string()),
});
export type ReturnAddress = v.InferOutput<typeof ReturnAddress>;
