import * as v from "valibot";
import { type AwsError, notEmulated, validationError } from "#endpoint/core/errors.ts";
import { numeric } from "#endpoint/core/properties.ts";
import type { Envelope } from "./envelope.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html */
export const target = v.object({
  Id: v.pipe(v.string(), v.regex(/^[.\-_A-Za-z0-9]+$/), v.maxLength(64)),
  Arn: v.string(),
  RoleArn: v.optional(v.string()),
  Input: v.optional(v.string()),
  InputPath: v.optional(v.string()),
  InputTransformer: v.optional(
    v.object({ InputPathsMap: v.optional(v.record(v.string(), v.string()), {}), InputTemplate: v.string() }),
  ),
  RetryPolicy: v.optional(
    v.object({
      MaximumRetryAttempts: v.optional(v.pipe(numeric, v.integer(), v.minValue(0), v.maxValue(185))),
      MaximumEventAgeInSeconds: v.optional(v.pipe(numeric, v.integer(), v.minValue(60), v.maxValue(86_400))),
    }),
  ),
  DeadLetterConfig: v.optional(v.object({ Arn: v.optional(v.string()) })),
});
export type Target = v.InferOutput<typeof target>;

const KINDS = ["lambda", "sqs", "sns", "logs", "events"] as const;
export type TargetKind = (typeof KINDS)[number];

/** Throws `notEmulated` for a service that events are not delivered to here. */
export function targetKind({ Arn }: Pick<Target, "Arn">): TargetKind {
  if (!/^arn:[^:]*:[^:]+:[^:]*:[^:]*:./.test(Arn)) throw badArn(Arn);
  const service = Arn.split(":")[2];
  const kind = KINDS.find((one) => one === service);
  if (kind === undefined) throw notEmulated(`An EventBridge target of ${service ?? Arn}`);
  return kind;
}

export function badArn(arn: string): AwsError {
  return validationError(`Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`);
}

interface RuleName {
  readonly name: string;
  readonly arn: string;
}

const predefined = new Set([
  ...["aws.events.rule-arn", "aws.events.rule-name", "aws.events.event.ingestion-time"],
  ...["aws.events.event", "aws.events.event.json"],
]);

/** Throws `ValidationException` for a target that no event could be made for. */
export function checkInput({ Id, Input, InputPath, InputTransformer }: Target): void {
  if ([Input, InputPath, InputTransformer].filter((given) => given !== undefined).length > 1) {
    throw validationError(`Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`);
  }
  if (InputTransformer === undefined) return;
  for (const [, name = ""] of InputTransformer.InputTemplate.matchAll(variable)) {
    if (predefined.has(name) || Object.hasOwn(InputTransformer.InputPathsMap, name)) continue;
    throw validationError(`InputTemplate for target ${Id} contains invalid placeholder ${name}.`);
  }
}

/**
 * What the target receives: the event, a part of it, a constant, or a text made from it; `undefined` where that is to
 * be JSON and is not, which EventBridge drops.
 */
export function targetInput(one: Target, event: Envelope, rule: RuleName): string | undefined {
  if (one.Input !== undefined) return one.Input;
  if (one.InputPath !== undefined) return JSON.stringify(valueAt(event, one.InputPath) ?? null);
  if (one.InputTransformer === undefined) return JSON.stringify(event);
  const { InputPathsMap, InputTemplate } = one.InputTransformer;
  const variables = new Map<string, unknown>([
    ["aws.events.rule-arn", rule.arn],
    ["aws.events.rule-name", rule.name],
    ["aws.events.event.ingestion-time", event.time],
    ["aws.events.event", withoutDetail(event)],
    ["aws.events.event.json", event],
    ...Object.entries(InputPathsMap).map(([name, path]): [string, unknown] => [name, valueAt(event, path)]),
  ]);
  return fill(InputTemplate, variables);
}

function withoutDetail({ detail: _, "detail-type": detailType, ...event }: Envelope) {
  return { ...event, detailType };
}

const variable = /<([\w.-]+)>/g;

/**
 * Inside quotes a variable is text, outside of them it is JSON; one that is absent is empty. A list or an object loses
 * its quotes inside a text of its own, and breaks a document.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
function fill(template: string, variables: ReadonlyMap<string, unknown>): string | undefined {
  const isDocument = template.trimStart().startsWith("{");
  let quoted = false;
  const filled = template.replace(/\\.|"|<([\w.-]+)>/g, (part, name: string | undefined) => {
    if (part === '"') quoted = !quoted;
    if (name === undefined) return part;
    const value = variables.get(name) ?? "";
    if (!quoted) return JSON.stringify(value);
    if (typeof value === "string") return JSON.stringify(value).slice(1, -1);
    return isDocument ? JSON.stringify(value) : JSON.stringify(value).replaceAll('"', "");
  });
  return isDocument && !isJson(filled) ? undefined : filled;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSONPath as EventBridge has it: `$.detail.name`, `$.resources[0]`, `$['detail-type']`. */
function valueAt(document: unknown, path: string): unknown {
  const steps = [...path.replace(/^\$/, "").matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]/g)];
  return steps.reduce<unknown>((value, [, name, index, quotedName]) => {
    if (typeof value !== "object" || value === null) return undefined;
    if (index !== undefined) return Array.isArray(value) ? value[Number(index)] : undefined;
    return new Map(Object.entries(value)).get(name ?? quotedName ?? "");
  }, document);
}
