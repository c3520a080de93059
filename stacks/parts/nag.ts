import { NagSuppressions } from "cdk-nag";
import type { IConstruct } from "constructs";

/** Accepts findings of cdk-nag's AwsSolutions pack on a construct and what is inside, each with the reason why. */
export function accept(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  const suppressions = Object.entries(reasons).map(([id, reason]) => ({ id, reason }));
  NagSuppressions.addResourceSuppressions(construct, suppressions, true);
}
