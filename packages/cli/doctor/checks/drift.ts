import { differencesOf, readDeployed } from "../../status/deployed.ts";
import { type Check, warning } from "../check.ts";

/** What runs is what the map says: no change by hand, no map that was not deployed. */
export const mapDrift: Check = {
  id: "drift",
  well: "What runs is what the map says.",
  async look({ stage, services }) {
    const findings = await Promise.all(
      services.map(async (facts) => {
        if (facts.service === undefined) return [];
        const differences = differencesOf(facts, await readDeployed(stage, facts));
        if (differences.length === 0) return [];
        return [
          warning(
            `${facts.plan.key} is not as the map says: ${differences.join("; ")}.`,
            `npx sst deploy --stage ${stage.plan.stage}, or change the map`,
          ),
        ];
      }),
    );
    return findings.flat();
  },
};
