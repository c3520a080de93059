import * as v from "valibot";
import type { Template } from "../synth/template.ts";

export interface Statement {
  /** Logical id of its resource, without CDK's hash. */
  readonly resource: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly on: readonly string[];
}

const OneOrMany = v.pipe(
  v.union([v.array(v.unknown()), v.unknown()]),
  v.transform((value) => (Array.isArray(value) ? value.map(text) : [text(value)])),
);
const StatementShape = v.object({
  Effect: v.picklist(["Allow", "Deny"]),
  Action: OneOrMany,
  Resource: v.optional(OneOrMany, []),
});

const Reference = v.object({ Ref: v.string() });
const Attribute = v.object({ "Fn::GetAtt": v.tuple([v.string(), v.string()]) });
const Join = v.object({ "Fn::Join": v.tuple([v.string(), v.array(v.unknown())]) });

const withoutHash = (id: string) => id.replace(/[0-9A-F]{8}$/, "");

/** A value of a template as one would write it by hand: joined, with references in angle brackets. */
function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (v.is(Reference, value)) return value.Ref === "AWS::Partition" ? "aws" : `<${withoutHash(value.Ref)}>`;
  if (v.is(Attribute, value)) return `<${withoutHash(value["Fn::GetAtt"][0])}.${value["Fn::GetAtt"][1]}>`;
  if (v.is(Join, value)) return value["Fn::Join"][1].map(text).join(value["Fn::Join"][0]);
  return JSON.stringify(value);
}

/** Every policy statement of a template, wherever it is. */
export function statementsOf(template: Template): readonly Statement[] {
  return template.resources.flatMap(({ id, Properties }) => find(withoutHash(id), Properties));
}

function find(resource: string, value: unknown): readonly Statement[] {
  const parsed = v.safeParse(StatementShape, value);
  if (parsed.success) {
    const { Effect, Action, Resource } = parsed.output;
    return [{ resource, effect: Effect, actions: Action, on: Resource }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((inner) => find(resource, inner));
}

/**
 * Allowed statements that name an action or a resource with a `*`, a line for each resource; accounts, the stage and the
 * service left open, so that one table serves every stage and entry.
 */
export function wildcardsOf(template: Template, stage: string): readonly string[] {
  return statementsOf(template)
    .filter(({ effect }) => effect === "Allow")
    .flatMap(({ resource, actions, on }) =>
      on
        .filter((name) => name.includes("*") || actions.some((action) => action.includes("*")))
        .map((name) => `${resource.replace(/^\w+TaskRole$/, "<service>TaskRole")}: ${actions.join(", ")} on ${name}`),
    )
    .map((line) =>
      line
        .replaceAll(/\d{12}/g, "<account>")
        .replaceAll(`/${stage}/`, "/<stage>/")
        .replaceAll(`/${stage}-mcp-`, "/<stage>-mcp-")
        .replaceAll(`:${stage}-mcp-`, ":<stage>-mcp-"),
    );
}
