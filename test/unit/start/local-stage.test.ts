import { expect, it } from "vitest";
import { FleetError } from "#fleet";
import { planLocal } from "#start/local-stage.ts";
import fixture from "../../fixture/map.ts";

it.each([
  ["no stage of this machine", { prod: { account: "111122223333" } }],
  ["a local stage that is one of AWS", { local: { account: "111122223333" } }],
])("says what to add to a map with %s", (_, stages) => {
  const map = { ...fixture, stages, services: {} };
  expect(() => planLocal(map, 8443)).toThrow(FleetError);
  expect(() => planLocal(map, 8443)).toThrow('remedy:  Write `local: { runsOn: "loopback" }` under stages.');
});
