import { expect, it } from "vitest";
import { planStage } from "#fleet";
import { functionsReading } from "#fleet/secret-readers.ts";
import { withButtons } from "../../fixture/buttons.ts";
import map from "../../fixture/map.ts";

it("knows the functions of the fleet that use a secret", () => {
  const plan = planStage(withButtons(map), "local");
  expect(Object.fromEntries(plan.secrets.map(({ key }) => [key, functionsReading(plan, key)]))).toMatchObject({
    chat: ["alarm-to-chat"],
    "slack-app": ["answer-button"],
    "splunk-admin": ["rotate-secret", "settle-secret"],
    "google-oauth": [],
  });
});
