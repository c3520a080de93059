import type { Aws } from "#cli/aws.ts";
import type { StagePlan } from "#fleet";

/** A stage that is about to be deployed, and the account it goes to. */
export interface Site {
  readonly plan: StagePlan;
  readonly aws: Pick<Aws, "client">;
  /** Name servers of a domain in public DNS; absent where nobody can be asked. */
  readonly resolveNs: ((domain: string) => Promise<readonly string[]>) | undefined;
}

/** What would stop a deploy, after minutes. */
export interface Obstacle {
  readonly evidence: string;
  readonly remedy: string;
}

/** What AWS answers before anything is created. */
export interface Question {
  /** What it is about, as in `whether the images exist`. */
  readonly about: string;
  ask(site: Site): Promise<readonly Obstacle[]>;
}
