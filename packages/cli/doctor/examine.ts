import { explainAws } from "../aws.ts";
import { reasonOf } from "../failure.ts";
import type { Check, Examination, Finding, Report } from "./check.ts";

/** What one check came to: one line of the doctor's report, or several. */
export interface Result extends Finding {
  readonly id: string;
}

/**
 * All checks side by side, in their order; none prevents another.
 *
 * @param onReport called with the progress of long checks; with the empty text when the last is done
 */
export async function examine(
  checks: readonly Check[],
  examination: Examination,
  onReport: Report = () => undefined,
): Promise<readonly Result[]> {
  const waiting = new Map<string, string>();
  const notify = () => onReport([...waiting].map(([id, at]) => `${id}: ${at}`).join("; "));
  const results = await Promise.all(
    checks.map(async ({ id, ok, look }): Promise<readonly Result[]> => {
      const report = (at: string) => {
        waiting.set(id, at);
        notify();
      };
      const findings = await look(examination, report).catch((error: unknown) => [cannotLook(error, examination)]);
      if (waiting.delete(id)) notify();
      return findings.length === 0
        ? [{ id, verdict: "ok", evidence: ok }]
        : findings.map((finding) => ({ id, ...finding }));
    }),
  );
  return results.flat();
}

function cannotLook(error: unknown, { stage }: Examination): Finding {
  return { verdict: "failure", evidence: `Could not check: ${explainAws(error, stage.plan) ?? reasonOf(error)}` };
}

/** 1 for a failure; warnings count if `strict` is set. */
export function exitCodeOf(results: readonly Result[], strict: boolean): 0 | 1 {
  const bad = results.some(({ verdict }) => verdict === "failure" || (strict && verdict === "warning"));
  return bad ? 1 : 0;
}
