import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixedGlue } from "#cli/cost/estimate.ts";
import { createFleetReader, type FleetReader } from "#console/reading/reader.ts";
import { type ManyServices, openMany } from "../stage/many.ts";
import { planOnAws } from "../stage/many-map.ts";

const pages = (count: number, size: number) => Math.ceil(count / size);
/** So many secrets are dated, and so many target groups asked, however many there are. */
const dated = (count: number) => Math.min(count, 50);
const asked = (count: number) => Math.min(count, 40);

describe.each([20, 200])("a stage of %d services and as many secrets", (count) => {
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

  const countedOf = async (work: () => Promise<unknown>) => Object.fromEntries(await many.countCalls(work));
  const readAll = () => Promise.all([reader.services(), reader.secrets(), reader.alarms(), reader.chats()]);
  const services = {
    "ecs DescribeServices": pages(count, 10),
    "ecs ListTasks": 2,
    "monitoring DescribeAlarms": pages(count, 100),
    "secretsmanager ListSecrets": pages(count, 100),
  };

  it("[OPS-7] is settled by the planner, on its schedule, with calls that grow by pages", async () => {
    expect(await countedOf(() => many.call("settle-secret"))).toEqual({
      "secretsmanager ListSecrets": pages(count, 100),
    });
  });

  it("[OPS-7] is read by the console with calls that grow by pages", async () => {
    expect(await countedOf(() => Promise.all([readAll(), reader.traffic()]))).toEqual({
      ...services,
      "elasticloadbalancing DescribeTargetGroups": 1,
      "elasticloadbalancing DescribeTargetHealth": 20,
      "secretsmanager ListSecretVersionIds": dated(count),
    });
  });

  it("[OPS-7] is read by it with fewer from then on, until the versions of all secrets are dated", async () => {
    for (let at = 50; at < count; at += 50) await readAll();
    expect(await countedOf(readAll)).toEqual({ ...services, "elasticloadbalancing DescribeTargetHealth": 20 });
  });

  it("[OPS-7] is asked for the versions of a secret again when it has a new one", async () => {
    const [secret] = many.plan.secrets;
    await many.changeSecret(secret?.name ?? "");
    const calls = await many.countCalls(async () => {
      const [read] = await reader.secrets();
      expect(read?.versions.map(({ labels }) => labels)).toEqual([["AWSPREVIOUS", "settled"], ["AWSCURRENT"]]);
    });
    expect(calls.get("secretsmanager ListSecretVersionIds")).toBe(1);
  });

  it("[OPS-7] is shown by fleet status with calls that grow by pages", async () => {
    expect(await countedOf(() => many.fleet(["status"]))).toEqual({
      ...services,
      "elasticloadbalancing DescribeTargetHealth": asked(count),
      "secretsmanager ListSecretVersionIds": dated(count),
      "sts GetCallerIdentity": 1,
    });
  });

  it("[OPS-7] is listed by fleet secrets list with calls that grow by pages, and any secret is dated", async () => {
    const calls = await countedOf(() => many.fleet(["secrets", "list"]));
    expect(calls).toEqual({
      "secretsmanager ListSecrets": pages(count, 100),
      "secretsmanager ListSecretVersionIds": dated(count),
      "sts GetCallerIdentity": 1,
    });
    const { out } = await many.fleet(["secrets", "list", "many-7"]);
    expect(out.split("\n")[1]).toMatch(/^many-7 +\d{4}-\d\d-\d\d \d\d:\d\d +settled/);
  });

  it("[OPS-7] is examined by fleet doctor with calls that grow by pages, and one for what no stack deployed", async () => {
    await many.changeDefinition("many_7");
    let out = "";
    const calls = await countedOf(async () => {
      ({ out } = await many.fleet(["doctor", "--no-test-alarm", "--json"]));
    });
    expect(calls).toMatchObject({
      ...services,
      "cloudformation GetTemplate": pages(count, 50),
      // Three are of the question whether a deploy could begin.
      "cloudformation ListStackResources": pages(count, 50) + 3,
      "ecs DescribeTaskDefinition": 1,
      "elasticloadbalancing DescribeLoadBalancers": pages(count, 50),
      "elasticloadbalancing DescribeTargetHealth": asked(count),
      "secretsmanager BatchGetSecretValue": pages(count, 20),
      "secretsmanager ListSecretVersionIds": dated(count),
      "secretsmanager ListSecrets": 2 * pages(count, 100),
    });
    expect(out).toMatch(/many_7 differs from the map: .*the image is other/);
  });

  it("[OPS-7] [FIX-1] has its alarms tuned with calls that grow by pages: minutes of the busy alone", async () => {
    const busy = count / 20;
    await many.measure({ minutes: 300, busy: (at) => at % 20 === 0 });
    expect(await countedOf(() => many.call("tune-alarms"))).toEqual({
      // Six a service here.
      "monitoring DescribeAlarms": pages(6 * count, 100),
      // Three alarms and the number of requests are four queries of five hundred; then the number of requests by the minute
      // where a quarter of a day has enough, in one call or two; then how long they took of those that are busy.
      "monitoring GetMetricData": expect.toSatisfy((calls) => calls <= 4 * pages(count, 125)),
      // Of those whose state changed within the fortnight.
      "monitoring DescribeAlarmHistory": 2 * busy,
      "ssm PutParameter": busy,
      "sqs SendMessage": 1,
    });
  });
});

describe("a stage of 200 services in an account at AWS's limits", () => {
  let many: ManyServices;
  beforeAll(async () => {
    many = await openMany(200);
    many.setThrottling(true);
  });
  afterAll(async () => await many?.close());

  it("[OPS-7] is shown whole by fleet status", async () => {
    const { code, out } = await many.fleet(["status"]);
    expect(code).toBe(0);
    expect(out.split("\n").filter((line) => line.startsWith("many_"))).toHaveLength(200);
  });

  it("[OPS-7] is examined by every check of fleet doctor, which is refused and waits", async () => {
    let out = "";
    const calls = await many.countCalls(async () => {
      ({ out } = await many.fleet(["doctor", "--no-test-alarm", "--json"]));
    });
    expect(calls.get("throttled")).toBeGreaterThan(0);
    expect(out).not.toContain("Could not check");
  });
});

describe("the glue of a stage on AWS", () => {
  it.each([1, 100, 1_000])("[OPS-7] has a fixed part under 5 USD a month, with %d services", (services) => {
    expect(fixedGlue(planOnAws(services))).toBeLessThan(5);
  });
});
