import { defineFleet } from "./define.ts";
import type { FleetDefinition } from "./definition.ts";
import { FleetError, type Problem } from "./problem.ts";

/** The map that a file exports, checked even if its author forgot `defineFleet`. Throws `FleetError`. */
export function mapOf(module: unknown): FleetDefinition {
  const exported = isObject(module) ? module.default : undefined;
  if (isMap(exported)) return defineFleet(exported);
  throw new FleetError([
    {
      field: "export default",
      value: exported === undefined ? undefined : `not a map, but ${kindOf(exported)}`,
      allowed: "defineFleet({ domain, stages, services, … })",
      remedy: "Begin the map with `export default defineFleet({`, as the shipped one does.",
    },
  ]);
}

/** As `mapOf`, of a file that is still to be loaded: what keeps it from loading is reported with file and line. */
export async function loadMapFrom(load: () => Promise<unknown>): Promise<FleetDefinition> {
  let module: unknown;
  try {
    module = await load();
  } catch (error) {
    throw error instanceof FleetError ? error : new FleetError([unreadable(error)]);
  }
  return mapOf(module);
}

function kindOf(value: unknown): string {
  if (value instanceof Promise) return "a promise: await it";
  if (typeof value === "function") return "a function: call it";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

function unreadable(error: unknown): Problem {
  if (!(error instanceof Error)) {
    const value = `${kindOf(error)} was thrown`;
    return {
      field: "fleet.config.ts",
      value,
      allowed: "an Error, which carries its origin",
      remedy: "Throw an Error.",
    };
  }
  const [first = error.message] = error.message.split("\n");
  if (/^Cannot find (?:module|package) /.test(first)) {
    const allowed = "imports of existing files and installed packages";
    const remedy = "Correct the import's path, add the file, or install the package.";
    return { field: "fleet.config.ts", value: first, allowed, remedy };
  }
  return {
    field: placeOf(error) ?? "fleet.config.ts",
    value: `${error.name}: ${first}`,
    allowed: "TypeScript that can be loaded",
    remedy: "Fix that line, or the one before it; npx tsc -p . shows where it breaks.",
  };
}

/** Node puts the place of a syntax error before the stack, and that of any other into it: the first in no package. */
function placeOf({ stack = "", message }: Error): string | undefined {
  const places = `${message}\n${stack}`
    .slice(0, 10_000)
    .matchAll(/([^\s()/\\]{1,200}\.[cm]?[jt]s):(\d{1,7})(?::\d{1,7})?/g);
  const [, file, line] = [...places].find(({ input, index }) => !/node:|node_modules/.test(lineAt(input, index))) ?? [];
  return file === undefined ? undefined : `${file}, line ${line}`;
}

function lineAt(text: string, index: number): string {
  return text.slice(text.lastIndexOf("\n", index) + 1, index);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Whether it is meant to be one: `defineFleet` reports what it lacks. */
function isMap(value: unknown): value is FleetDefinition {
  return isObject(value) && !Array.isArray(value) && !(value instanceof Promise);
}
