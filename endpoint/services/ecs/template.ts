import { AwsError } from "#endpoint/core/errors.ts";
import type { Properties, ResourceContext } from "#endpoint/core/service.ts";
import type { Tag } from "./tag.ts";

/** Properties whose own keys are data, not names of fields. */
const MAPS = new Set(["dockerLabels", "options", "driverOpts", "labels"]);

/** A template writes `ContainerDefinitions`, the API `containerDefinitions`; tags and all else follow the same rule. */
export function fromTemplate(properties: Properties): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => {
      const name = key.charAt(0).toLowerCase() + key.slice(1);
      return [name, MAPS.has(name) ? value : convert(value)];
    }),
  );
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert);
  return isObject(value) ? fromTemplate(value) : value;
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null;
}

/** The resource's own tags over those of its stack, in ECS's spelling. */
export function withStackTags(own: readonly Tag[], context: ResourceContext): Tag[] {
  const tags = { ...context.stackTags, ...Object.fromEntries(own.map(({ key, value }) => [key, value])) };
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** Deleting what is gone already is a success. */
export function ignoreMissing(codes: readonly string[], remove: () => unknown): void {
  try {
    remove();
  } catch (error) {
    if (!(error instanceof AwsError && codes.includes(error.code))) throw error;
  }
}
