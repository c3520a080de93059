import type { StagePlan } from "#fleet";
import type { Obstacle, Question, Site } from "./question.ts";
import { addresses } from "./questions/addresses.ts";
import { bootstrap } from "./questions/bootstrap.ts";
import { changes } from "./questions/changes.ts";
import { concurrency } from "./questions/concurrency.ts";
import { images } from "./questions/images.ts";
import { key } from "./questions/key.ts";
import { network } from "./questions/network.ts";
import { quotas } from "./questions/quotas.ts";
import { secrets } from "./questions/secrets.ts";
import { snapshot } from "./questions/snapshot.ts";
import { zone } from "./questions/zone.ts";

export interface Answers {
  readonly obstacles: readonly Obstacle[];
  /** What could not be asked, and why. */
  readonly unasked: readonly string[];
}

/** On this machine, local commands take the place of images, and there are no quotas. */
const questions: Readonly<Record<StagePlan["runsOn"], readonly Question[]>> = {
  aws: [bootstrap, network, addresses, key, changes, images, secrets, snapshot, zone, concurrency, quotas],
  loopback: [bootstrap, network, addresses, key, changes, secrets, snapshot, zone],
};

/** All questions side by side. One that these credentials may not ask stops nothing: the deploy will tell. */
export async function askAws(site: Site, asked = questions[site.plan.runsOn]): Promise<Answers> {
  const answers = await Promise.all(
    asked.map(async ({ about, ask }): Promise<Answers> => {
      try {
        return { obstacles: await ask(site), unasked: [] };
      } catch (error) {
        const reason = error instanceof Error ? `${error.name}: ${error.message.split("\n")[0]}` : String(error);
        return { obstacles: [], unasked: [`Not checked, ${about} (${reason})`] };
      }
    }),
  );
  return {
    obstacles: answers.flatMap(({ obstacles }) => obstacles),
    unasked: answers.flatMap(({ unasked }) => unasked),
  };
}
