// The package's front loads all its rules, a twelfth of a deploy's synthesis, which only tests use.
import { NagSuppressions } from "cdk-nag/lib/nag-suppressions.js";
import type { IConstruct } from "constructs";

/** Accepts findings of cdk-nag's AwsSolutions pack on a construct and what is inside, each with the reason why. */
export function accept(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  const suppressions = Object.entries(reasons).map(([id, reason]) => ({ id, reason }));
  NagSuppressions.addResourceSuppressions(construct, suppressions, true);
}
