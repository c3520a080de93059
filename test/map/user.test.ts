import { describe, expect, it } from "vitest";
import map from "#config";
import { findingsOf } from "../synth/findings.ts";

/** The one test of `fleet.config.ts`: all others run on a map of their own, so that any edit leaves them as they are. */
describe("fleet.config.ts", () => {
  it.each(Object.keys(map.stages))("can be deployed to stage %s", async (stage) => {
    const findings = await findingsOf(map, stage);
    if (findings.length > 0) expect.fail(`\n${findings.join("\n")}`);
  });
});
