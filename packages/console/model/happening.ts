import * as v from "valibot";

/** A request that the balancer answered. */
export const request = v.object({
  /** Milliseconds since the epoch, when it was answered. */
  at: v.number(),
  /** The service its host belongs to; absent for a host of none. */
  service: v.optional(v.string()),
  host: v.string(),
  method: v.string(),
  /** Without the query, which may hold an authorization code. */
  path: v.string(),
  /** What an MCP client asked for: a method of the protocol, and the tool or prompt that it names. */
  rpc: v.optional(v.object({ method: v.string(), name: v.optional(v.string()) })),
  status: v.number(),
  /** Milliseconds. */
  ms: v.number(),
});
export type Request = v.InferOutput<typeof request>;

/** An event of the audit trail as it reached Splunk. */
export const audit = v.object({
  at: v.number(),
  source: v.string(),
  who: v.string(),
  action: v.string(),
  tool: v.optional(v.string()),
  outcome: v.string(),
});
export type Audit = v.InferOutput<typeof audit>;

/** A call to the AWS API of the local endpoint. */
export const call = v.object({
  at: v.number(),
  service: v.string(),
  operation: v.string(),
  /** The last part of the caller's ARN; absent for a request without a signature. */
  caller: v.optional(v.string()),
  status: v.number(),
  ms: v.number(),
  errorCode: v.optional(v.string()),
});
export type Call = v.InferOutput<typeof call>;

export type Happening =
  | { readonly kind: "request"; readonly request: Request }
  | { readonly kind: "audit"; readonly audit: Audit }
  | { readonly kind: "call"; readonly call: Call };
