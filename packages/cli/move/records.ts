import { names, type StagePlan } from "#fleet";
import type { Account } from "./account.ts";
import { type Finding, listed } from "./finding.ts";
import { resourcesOf, type TerraformFile } from "./terraform.ts";

interface Share {
  readonly host: string;
  /** Where Terraform's record has one. */
  readonly theirs: number | undefined;
  /** Where the stage has a record. */
  readonly ours: number | undefined;
}

/** Where the names of the services lead, and whether the stage's records can stand beside those that are there. */
export function judgeRecords(plan: StagePlan, file: TerraformFile, account: Account): readonly Finding[] {
  const shares = sharesOf(plan, file, account);
  if (shares.length === 0)
    return [
      { before: "switch", verdict: "ok", evidence: `No service of ${plan.stage} has a name that Terraform has.` },
    ];
  const hostsOf = (some: readonly Share[]) => listed(some.map(({ host }) => host));
  const simple = shares.filter(({ theirs }) => theirs === undefined);
  const findings: Finding[] = [];
  if (simple.length > 0)
    findings.push({
      before: "deploy",
      verdict: "collides",
      evidence: `${hostsOf(simple)}: Terraform's record has no weight, and Route 53 lets no other stand beside it.`,
      remedy:
        'Give it set_identifier = "terraform" and weighted_routing_policy { weight = 1 }, and apply: one change, without a gap.',
    });
  if (plan.recordWeight === undefined)
    findings.push({
      before: "deploy",
      verdict: "collides",
      evidence: `${hostsOf(shares)}: the stage's records would have no weight, and others of these names are there.`,
      remedy: `Set stages.${plan.stage}.recordWeight: 0, which leads nobody there.`,
    });
  return [
    ...findings,
    ...judgeWeights(
      plan,
      shares.filter(({ theirs }) => theirs !== undefined),
      hostsOf,
    ),
  ];
}

function judgeWeights(
  { stage }: StagePlan,
  shares: readonly Share[],
  hostsOf: (some: readonly Share[]) => string,
): readonly Finding[] {
  // All of weight 0 is all alike: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-weighted.html
  const kinds = Map.groupBy(shares, ({ theirs = 0, ours = 0 }) => {
    if (theirs > 0) return ours > 0 ? "both" : "theirs";
    return ours > 0 ? "ours" : "neither";
  });
  return [...kinds].map(([kind, some]): Finding => {
    const [{ theirs = 0, ours } = { theirs: 0, ours: undefined }] = some;
    const weights = `weight ${theirs} of Terraform's, ${ours ?? "no record"} of ${stage}'s`;
    switch (kind) {
      case "theirs":
        return {
          before: "switch",
          verdict: "ok",
          evidence: `${hostsOf(some)}: everybody is led to Terraform's (${weights}).`,
        };
      case "both":
        return {
          before: "destroy",
          verdict: "do",
          evidence: `${hostsOf(some)}: people are led to both (${weights}).`,
          remedy: "Set Terraform's weight to 0 once the stage is proven; back is the stage's to 0.",
        };
      case "ours":
        return {
          before: "destroy",
          verdict: "ok",
          evidence: `${hostsOf(some)}: everybody is led to the stage (${weights}).`,
        };
      case "neither":
        return {
          before: "switch",
          verdict: "collides",
          evidence: `${hostsOf(some)}: no record has a weight above 0 (${weights}), so Route 53 answers with any of them.`,
          remedy: "Give one of them a weight.",
        };
      default:
        return kind satisfies never;
    }
  });
}

/** The names by which people still come to the old set-up. */
export function ledToOld(plan: StagePlan, file: TerraformFile, account: Account): readonly string[] {
  return sharesOf(plan, file, account).flatMap(({ host, theirs = 1 }) => (theirs > 0 ? [host] : []));
}

/** By the account where it could be asked: the file may be older. */
function sharesOf(plan: StagePlan, file: TerraformFile, { records }: Account): readonly Share[] {
  const own = names.recordSet(plan.stage);
  const inFile = resourcesOf(file, "aws_route53_record").filter(({ values }) => /^(?:A|AAAA|CNAME)$/.test(values.type));
  return plan.services.flatMap(({ hostname: host }): readonly Share[] => {
    const theirs = inFile.find(({ values }) => values.fqdn === host)?.values;
    if (theirs === undefined) return [];
    const live = records?.filter(({ name }) => name === host);
    const others = live?.filter(({ setIdentifier }) => setIdentifier !== own);
    const weight = others === undefined ? theirs.weighted_routing_policy?.[0]?.weight : heaviest(others);
    return [{ host, theirs: weight, ours: live?.find(({ setIdentifier }) => setIdentifier === own)?.weight }];
  });
}

/** `undefined` where one has no weight; none at all lead nobody anywhere. */
function heaviest(records: readonly { readonly weight: number | undefined }[]): number | undefined {
  const weights = records.flatMap(({ weight }) => weight ?? []);
  return weights.length < records.length ? undefined : Math.max(0, ...weights);
}
