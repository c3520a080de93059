import * as v from "valibot";
import { isDateValue } from "./policy-date.ts";
import { resourceFault } from "./resource-fault.ts";

/**
 * What IAM refuses in a policy, in its words and the order in which it looks: a policy that deploys here must deploy on
 * AWS. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */

const text = v.string();
const texts = v.union([text, v.array(text)]);
const scalar = v.union([text, v.number(), v.boolean()]);
const values = v.union([scalar, v.array(scalar)]);
const operator =
  /^(?:ForAllValues:|ForAnyValue:)?(?:(?:String(?:Not)?(?:Equals(?:IgnoreCase)?|Like)|Numeric(?:(?:Not)?Equals|(?:Less|Greater)Than(?:Equals)?)|Date(?:(?:Not)?Equals|(?:Less|Greater)Than(?:Equals)?)|Bool|BinaryEquals|(?:Not)?IpAddress|Arn(?:Not)?(?:Equals|Like))(?:IfExists)?|Null)$/;

/** A list would be a record too, to the schema library. */
const noList = v.pipe(
  v.unknown(),
  v.check((given) => !Array.isArray(given)),
);
const conditions = v.pipe(
  noList,
  v.record(text, v.pipe(noList, v.record(text, values))),
  v.check((given) => Object.entries(given).every(([name, of]) => operator.test(name) || Object.keys(of).length === 0)),
);
const statement = v.pipe(
  v.strictObject({
    Sid: v.optional(text),
    Effect: v.pipe(text, v.regex(/^(?:allow|deny)$/i)),
    Principal: v.optional(v.union([v.literal("*"), v.record(text, texts)])),
    NotPrincipal: v.optional(v.union([v.literal("*"), v.record(text, texts)])),
    Action: v.optional(texts),
    NotAction: v.optional(texts),
    Resource: v.optional(texts),
    NotResource: v.optional(texts),
    Condition: v.optional(conditions),
  }),
  v.check(({ Action, NotAction }) => Action === undefined || NotAction === undefined),
  v.check(({ Resource, NotResource }) => Resource === undefined || NotResource === undefined),
);
const document = v.strictObject({
  Version: v.optional(v.picklist(["2012-10-17", "2008-10-17"])),
  Id: v.optional(text),
  Statement: v.union([statement, v.pipe(v.array(statement), v.minLength(1))]),
});
type Statement = v.InferOutput<typeof statement>;

const listOf = (given: string | readonly string[] | undefined) => [given ?? []].flat();
const actionsOf = (it: Statement) => [...listOf(it.Action), ...listOf(it.NotAction)];
const resourcesOf = (it: Statement) => [...listOf(it.Resource), ...listOf(it.NotResource)];

/** Policies of an identity name resources, those that say who may take a role principals. */
export type PolicyKind = "managed" | "inline" | "trust";

/** The first fault of a policy, `undefined` where it has none. */
export function policyFault(given: unknown, kind: PolicyKind): string | undefined {
  const parsed = v.safeParse(document, given);
  if (!parsed.success) return "Syntax errors in policy.";
  const { Version, Statement: listed } = parsed.output;
  const statements = [listed].flat();
  if (kind === "managed" && Version !== "2012-10-17") {
    return "Policy document must be version 2012-10-17 or greater.";
  }
  const resources = statements.flatMap(resourcesOf).map(resourceFault);
  if (!statements.every(isLegible) || resources.includes("legacy")) return "The policy failed legacy parsing";
  return (
    sidFault(statements, kind) ??
    principalFault(statements, kind) ??
    (statements.every((it) => actionsOf(it).length > 0) ? undefined : "Policy statement must contain actions.") ??
    resources.find((fault) => fault !== undefined) ??
    first(statements.flatMap(actionsOf), actionFault) ??
    (kind === "trust" ? trustFault(statements) : identityFault(statements))
  );
}

/** What IAM's older parser, which every policy still passes, demands besides the grammar. */
function isLegible({ Effect, Condition = {} }: Statement): boolean {
  const dates = Object.entries(Condition)
    .filter(([name]) => name.includes("Date"))
    .flatMap(([, of]) => Object.values(of).flat());
  return (Effect === "Allow" || Effect === "Deny") && dates.every((date) => isDateValue(String(date)));
}

function sidFault(statements: readonly Statement[], kind: PolicyKind): string | undefined {
  const sids = statements.flatMap(({ Sid }) => (Sid ? [Sid] : []));
  if (new Set(sids).size < sids.length) return "Statement IDs (SID) in a single policy must be unique.";
  return kind === "trust" || sids.every((sid) => /^[0-9A-Za-z]*$/.test(sid))
    ? undefined
    : "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*";
}

function principalFault(statements: readonly Statement[], kind: PolicyKind): string | undefined {
  const named = ({ Principal, NotPrincipal }: Statement) => Principal !== undefined || NotPrincipal !== undefined;
  if (kind !== "trust") return statements.some(named) ? "Policy document should not specify a principal." : undefined;
  return statements.every(named) ? undefined : "AssumeRole policy must specify a principal.";
}

function actionFault(action: string): string | undefined {
  if (action === "*") return undefined;
  const [vendor = "", ...rest] = action.split(":");
  if (rest.length === 0) return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  if (!/^[A-Za-z0-9.-]+$/.test(vendor)) return `Vendor ${vendor} is not valid`;
  return rest.length > 1 ? "Actions/Condition can contain only one colon." : undefined;
}

function identityFault(statements: readonly Statement[]): string | undefined {
  return statements.every((it) => resourcesOf(it).length > 0) ? undefined : "Policy statement must contain resources.";
}

function trustFault(statements: readonly Statement[]): string | undefined {
  if (statements.some((it) => it.Resource !== undefined || it.NotResource !== undefined)) {
    return "Has prohibited field Resource";
  }
  return statements.flatMap(actionsOf).every((action) => /^sts:/i.test(action) || action === "*")
    ? undefined
    : "AssumeRole policy may only specify STS AssumeRole actions.";
}

function first<T>(items: readonly T[], faultOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = faultOf(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
