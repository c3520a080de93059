import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixedGlue } from "#cli/cost/estimate.ts";
import { createFleetReader, type FleetReader } from "#console/reading/reader.ts";
import { type ManyServices, openMany, planOnAws } from "../stage/many.ts";

const count = 150;
let many: ManyServices;
let reader: FleetReader;
beforeAll(async () => {
  many = await openMany(count);
  reader = createFleetReader(many.plan, many.settings);
});
afterAll(async () => {
  reader?.close();
  await many?.close();
});

const readAll = () =>
  many.countCalls(() =>
    Promise.all([reader.services(), reader.secrets(), reader.alarms(), reader.chats(), reader.traffic()]),
  );

describe("the console of a stage of many services", () => {
  it("[OPS-7] asks for each secret's versions once", async () => {
    const calls = await readAll();
    expect(calls.get("secretsmanager ListSecretVersionIds")).toBe(count);
  });

  it("[OPS-7] makes a number of calls that grows by pages from then on, whatever it is shown", async () => {
    const calls = await readAll();
    expect(Object.fromEntries(calls)).toEqual({
      "monitoring DescribeAlarms": 2,
      "ecs DescribeServices": 15,
      "ecs ListTasks": 2,
      "elasticloadbalancing DescribeTargetHealth": 20,
      "secretsmanager ListSecrets": 2,
    });
  });

  it("[OPS-7] asks of a secret again when its labels have moved, and finds the new version", async () => {
    const [secret] = many.plan.secrets;
    await many.changeSecret(secret?.name ?? "");
    const calls = await many.countCalls(async () => {
      const [read] = await reader.secrets();
      expect(read?.versions.map(({ labels }) => labels)).toEqual([["AWSPREVIOUS"], ["AWSCURRENT"]]);
    });
    expect(calls.get("secretsmanager ListSecretVersionIds")).toBe(1);
  });
});

describe("the glue of a stage on AWS", () => {
  it.each([1, 100, 1_000])("[OPS-7] has a fixed part under 5 USD a month, with %d services", (services) => {
    expect(fixedGlue(planOnAws(services))).toBeLessThan(5);
  });
});
