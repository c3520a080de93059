import { templateError } from "./errors.ts";
import { functions } from "./functions.ts";
import { isList, isObject, type Json } from "./json.ts";
import { type Evaluation, NO_VALUE, type Scope } from "./scope.ts";

/**
 * Evaluates the intrinsic functions in a value; `undefined` is `AWS::NoValue`.
 * @throws AwsError `ValidationError` in CloudFormation's words.
 */
export function resolve(value: Json, scope: Scope): Json | undefined {
  const evaluation: Evaluation = { ...scope, resolve: (nested) => evaluate(nested, evaluation) };
  return evaluation.resolve(value);
}

function evaluate(value: Json, evaluation: Evaluation): Json | undefined {
  if (isList(value)) return value.map((item) => evaluate(item, evaluation)).filter((item) => item !== NO_VALUE);
  if (!isObject(value)) return value;
  const [name, ...others] = Object.keys(value);
  if (name !== undefined && others.length === 0) {
    const apply = functions.get(name);
    if (apply !== undefined) return apply(value[name] ?? null, evaluation);
    if (name.startsWith("Fn::")) throw templateError(`Unsupported function: ${name}`);
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      const resolved = evaluate(member, evaluation);
      return resolved === NO_VALUE ? [] : [[key, resolved]];
    }),
  );
}
