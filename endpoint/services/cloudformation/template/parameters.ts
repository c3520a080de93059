import { isExpression, matchesExpression } from "#endpoint/core/expression.ts";
import type { ParameterReader } from "#endpoint/core/ports.ts";
import type { ParameterDeclaration, Template } from "./document.ts";
import { refused } from "./errors.ts";
import type { Json } from "./json.ts";

/** One parameter of a stack: what was given, and for a parameter of an SSM type what it stood for. */
export interface StackParameter {
  readonly key: string;
  readonly value: string;
  readonly resolved?: string;
  readonly noEcho: boolean;
}

export interface GivenParameter {
  readonly key: string;
  readonly value?: string | undefined;
  readonly usePrevious?: boolean | undefined;
}

const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.+)>$/;

/**
 * The parameters a stack operation runs with.
 * @throws AwsError `ValidationError` in CloudFormation's words.
 */
export function stackParameters(
  declared: Template["Parameters"],
  given: readonly GivenParameter[],
  previous: readonly StackParameter[],
  reader: ParameterReader,
): StackParameter[] {
  const unknown = given.filter(({ key }) => declared[key] === undefined).map(({ key }) => key);
  if (unknown.length > 0) throw refused(`Parameters: [${unknown.join(", ")}] do not exist in the template`);
  const missing: string[] = [];
  const found = Object.entries(declared).flatMap(([key, declaration]): StackParameter[] => {
    const value = chosen(
      declaration,
      given.find((item) => item.key === key),
      previous.find((item) => item.key === key),
    );
    if (value === undefined) {
      missing.push(key);
      return [];
    }
    check(key, declaration, value);
    const name = SSM_VALUE.test(declaration.Type);
    return [
      { key, value, noEcho: declaration.NoEcho ?? false, ...(name ? { resolved: read(key, value, reader) } : {}) },
    ];
  });
  if (missing.length > 0) throw refused(`Parameters: [${missing.join(", ")}] must have values`);
  return found;
}

function chosen(
  declaration: ParameterDeclaration,
  given: GivenParameter | undefined,
  previous: StackParameter | undefined,
): string | undefined {
  if (given?.usePrevious) return previous?.value ?? declaration.Default;
  return given?.value ?? declaration.Default;
}

function read(key: string, name: string, reader: ParameterReader): string {
  try {
    return reader.read(name);
  } catch (error) {
    throw refused(
      `Unable to fetch parameters [${name}] from parameter stacks for this account. (parameter ${key}: ${
        error instanceof Error ? error.message : "no answer"
      })`,
    );
  }
}

/** The value a `Ref` to the parameter yields: lists are split, everything else is text. */
export function referenceValue(declaration: ParameterDeclaration, parameter: StackParameter): Json {
  const type = SSM_VALUE.exec(declaration.Type)?.[1] ?? declaration.Type;
  const value = parameter.resolved ?? parameter.value;
  if (type !== "CommaDelimitedList" && !type.startsWith("List<")) return value;
  return value.split(",").map((item) => item.trim());
}

function check(key: string, declaration: ParameterDeclaration, value: string): void {
  const broken = brokenConstraint(declaration, value);
  if (broken === undefined) return;
  if (declaration.ConstraintDescription !== undefined) {
    throw refused(`Parameter ${key} failed to satisfy constraint: ${declaration.ConstraintDescription}`);
  }
  throw refused(`Parameter '${key}' ${broken}`);
}

function brokenConstraint(declaration: ParameterDeclaration, value: string): string | undefined {
  const { AllowedPattern: pattern, AllowedValues: allowed, Type: type } = declaration;
  const items = type === "CommaDelimitedList" || type.startsWith("List<") ? value.split(",") : [value];
  if (allowed !== undefined && !items.every((item) => allowed.includes(item.trim()))) {
    return "must be one of AllowedValues";
  }
  if (pattern !== undefined && !isExpression(pattern)) {
    return `has the AllowedPattern ${pattern}: no regular expression, or one with look-around, which is not emulated`;
  }
  if (pattern !== undefined && !matchesExpression(pattern, value)) return `must match pattern ${pattern}`;
  return brokenBound(declaration, value);
}

function brokenBound(declaration: ParameterDeclaration, value: string): string | undefined {
  const { MinLength: minLength, MaxLength: maxLength, MinValue: min, MaxValue: max } = declaration;
  if (minLength !== undefined && value.length < minLength) return `must contain at least ${minLength} characters`;
  if (maxLength !== undefined && value.length > maxLength) return `must contain at most ${maxLength} characters`;
  if (declaration.Type !== "Number") return undefined;
  const number = Number(value);
  if (value.trim() === "" || Number.isNaN(number)) return "must be a number";
  if (min !== undefined && number < min) return `must be a number not less than ${min}`;
  if (max !== undefined && number > max) return `must be a number not greater than ${max}`;
  return undefined;
}
