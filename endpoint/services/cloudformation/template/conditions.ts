import type { Template } from "./document.ts";
import { templateError } from "./errors.ts";
import { equal, isList, type Json } from "./json.ts";
import type { IntrinsicFunction } from "./scope.ts";

/** The functions that conditions are made of. `Fn::If` may be anywhere. */
export const conditionFunctions: Readonly<Record<string, IntrinsicFunction>> = {
  Condition: (argument, scope) => (typeof argument === "string" ? scope.condition(argument) : { Condition: argument }),
  "Fn::Equals": (argument, scope) => {
    const [left, right] = operands("Fn::Equals", argument, 2, 2).map((operand) => scope.resolve(operand));
    return equal(comparable(left), comparable(right));
  },
  "Fn::And": (argument, scope) =>
    operands("Fn::And", argument, 2, 10).every((operand) => truth(scope.resolve(operand))),
  "Fn::Or": (argument, scope) => operands("Fn::Or", argument, 2, 10).some((operand) => truth(scope.resolve(operand))),
  "Fn::Not": (argument, scope) =>
    !operands("Fn::Not", argument, 1, 1).every((operand) => truth(scope.resolve(operand))),
  "Fn::If": (argument, scope) => {
    const [name, whenTrue = null, whenFalse = null] = operands("Fn::If", argument, 3, 3);
    if (typeof name !== "string") throw templateError("Fn::If requires a condition name.");
    return scope.resolve(scope.condition(name) ? whenTrue : whenFalse);
  },
};

/** Evaluates named conditions, each once. @throws AwsError for an unknown name or a circle of names. */
export function conditionEvaluator(
  conditions: Template["Conditions"],
  evaluate: (definition: Json) => Json | undefined,
): (name: string) => boolean {
  const known = new Map<string, boolean | "evaluating">();
  return (name) => {
    const seen = known.get(name);
    if (seen === "evaluating") throw templateError(`Circular dependency between conditions: [${name}]`);
    if (seen !== undefined) return seen;
    const definition = conditions[name];
    if (definition === undefined) {
      throw templateError(`Unresolved condition dependency ${name} in the Conditions block of the template`);
    }
    known.set(name, "evaluating");
    const value = truth(evaluate(definition));
    known.set(name, value);
    return value;
  };
}

function truth(resolved: Json | undefined): boolean {
  if (resolved === true || resolved === "true") return true;
  if (resolved === false || resolved === "false") return false;
  throw templateError(`A condition must be true or false, not ${JSON.stringify(resolved) ?? "AWS::NoValue"}.`);
}

function operands(name: string, argument: Json, min: number, max: number): readonly Json[] {
  if (!isList(argument) || argument.length < min || argument.length > max) {
    const count = min === max ? `${min}` : `${min} to ${max}`;
    throw templateError(`every ${name} object requires a list of ${count} parameters.`);
  }
  return argument;
}

/** Templates write numbers and booleans bare or quoted; CloudFormation compares their text. */
function comparable(value: Json | undefined): Json | undefined {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}
