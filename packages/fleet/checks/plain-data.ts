import type { Problem } from "../problem.ts";

const deepest = 12;

/** Whatever is not plain data: it could change after the check, or get lost on the way into a template. */
export function checkPlainData(value: unknown, field = "", depth = 0): readonly Problem[] {
  const problem = (found: string, remedy: string): readonly Problem[] => [
    {
      field: field || "(the whole map)",
      value: found,
      allowed: "plain data: texts, numbers, true, false, lists and objects",
      remedy,
    },
  ];
  if (depth > deepest) return problem("an object within itself, or too deep", "Write the value out.");
  switch (typeof value) {
    case "function":
      return problem("a function", "Call it: a map holds values.");
    case "symbol":
    case "bigint":
      return problem(`a ${typeof value}`, "Write a number or a text.");
    case "object":
      return value === null ? [] : checkMembers(value, field, depth, problem);
    default:
      return [];
  }
}

function checkMembers(
  value: object,
  field: string,
  depth: number,
  problem: (found: string, remedy: string) => readonly Problem[],
): readonly Problem[] {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null)
    return problem(`an instance of ${value.constructor?.name ?? "a class"}`, "Write a text, or a plain object.");
  return Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([key, descriptor]) => {
    const at = field === "" ? key : `${field}.${key}`;
    if (Array.isArray(value) && key === "length") return [];
    if (key === "__proto__" || key === "constructor" || key === "prototype") {
      const allowed = "names that JavaScript does not use for an object's own parts";
      return [{ field: at, value: key, allowed, remedy: "Choose another name." }];
    }
    if (descriptor.get === undefined && descriptor.set === undefined)
      return checkPlainData(descriptor.value, at, depth + 1);
    return [{ field: at, value: "a getter", allowed: "plain data", remedy: "Write the value itself." }];
  });
}
