import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alarmsIn, holds, parseRule } from "#endpoint/services/cloudwatch/composite-rule.ts";
import { evaluateExpression } from "#endpoint/services/cloudwatch/metric-math.ts";
import { Metrics, retentionMs } from "#endpoint/services/cloudwatch/metrics.ts";
import { recentPeriods } from "#endpoint/services/cloudwatch/query.ts";
import { decimal } from "#endpoint/services/cloudwatch/reason.ts";
import { parseStatistic, significantSamples, statisticOf } from "#endpoint/services/cloudwatch/statistic.ts";

const identity = { namespace: "Fleet", metric: "Latency", dimensions: { Service: "google" } };
const start = Date.UTC(2026, 10, 23, 1, 30);

function metrics(values: readonly number[]): Metrics {
  const made = new Metrics();
  for (const [index, value] of values.entries()) made.put({ ...identity, value, at: start + index * 10 });
  return made;
}

function statistic(values: readonly number[], name: string): number | undefined {
  const samples = metrics(values).between(identity, start, start + 60_000);
  return samples && statisticOf(samples, parseStatistic(name));
}

describe("statistics", () => {
  it("are those of CloudWatch", () => {
    const values = [4, 1, 3, 2];
    expect(["Sum", "Average", "Minimum", "Maximum", "SampleCount"].map((name) => statistic(values, name))).toEqual([
      10, 2.5, 1, 4, 4,
    ]);
  });

  it("have exact percentiles, at the edges too", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(["p50", "p95", "p99", "p99.9", "p100", "p0"].map((name) => statistic(hundred, name))).toEqual([
      50, 95, 99, 100, 100, 1,
    ]);
  });

  it("have the percentage of values that a range holds, without its lower end and with its upper", () => {
    const values = [0.1, 0.2, 0.5, 0.5, 2];
    expect(["PR(:0.5)", "PR(0.5:)", "PR(0.1:0.5)", "PR(:9)"].map((name) => statistic(values, name))).toEqual([
      80, 20, 60, 100,
    ]);
    expect(() => parseStatistic("PR(:)")).toThrow(/PR\(:\) is not emulated/);
  });

  it("hold for any values: a percentile is one of them, and lies between minimum and maximum", () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 100 }), (some, percent) => {
        const value = Number(statistic(some, `p${percent}`));
        expect(some).toContain(value);
        expect(some.filter((other) => other <= value).length).toBeGreaterThanOrEqual((percent / 100) * some.length);
      }),
    );
  });

  it("have no percentile for a statistic set, and name what is allowed for an unknown one", () => {
    const made = new Metrics();
    const statistics = { sum: 10, minimum: 1, maximum: 4, count: 4 };
    made.put({ ...identity, value: 0, at: start, statistics });
    const samples = made.between(identity, start, start + 60_000);
    expect(samples && statisticOf(samples, parseStatistic("p95"))).toBeUndefined();
    expect(samples && statisticOf(samples, parseStatistic("Average"))).toBe(2.5);
    expect(() => parseStatistic("TM90")).toThrow(/TM90 is not emulated. Allowed: Sum/);
  });

  it("[FIX-1] need 10/(1-p) samples for a meaningful percentile", () => {
    expect([95, 99, 99.9, 50, 10].map(significantSamples)).toEqual([200, 1000, 10_000, 20, 100]);
  });
});

describe("the metrics", () => {
  it("distinguish metrics by their dimensions, in any order", () => {
    const made = new Metrics();
    made.put({ namespace: "N", metric: "M", dimensions: { A: "1", B: "2" }, value: 1, at: start });
    made.put({ namespace: "N", metric: "M", dimensions: { B: "2", A: "1" }, value: 2, at: start });
    made.put({ namespace: "N", metric: "M", dimensions: { A: "1" }, value: 4, at: start });
    const both = made.between({ namespace: "N", metric: "M", dimensions: { A: "1", B: "2" } }, start, start + 1000);
    expect(both?.sum).toBe(3);
    expect(made.list(start)).toHaveLength(2);
  });

  it("[AWS-10] forgets what is older than its retention of seven hours", () => {
    const made = metrics([1]);
    made.put({ ...identity, value: 2, at: start + retentionMs + 60_000 });
    expect(made.between(identity, start, start + 60_000)).toBeUndefined();
  });
});

describe("a series with more values than it keeps", () => {
  it("loses the oldest percentiles, but no sum", () => {
    const made = new Metrics();
    for (let second = 0; second < 60; second += 1)
      for (let value = 0; value < 10_000; value += 1) made.put({ ...identity, value, at: start + second * 1000 });
    const oldest = made.between(identity, start, start + 1000);
    expect(oldest && statisticOf(oldest, parseStatistic("p95"))).toBeUndefined();
    expect(oldest?.count).toBe(10_000);
    const newest = made.between(identity, start + 59_000, start + 60_000);
    expect(newest && statisticOf(newest, parseStatistic("p95"))).toBe(9499);
  });

  it("counts late values in a period that was read before", () => {
    const made = metrics([1, 2]);
    expect(made.between(identity, start, start + 60_000)?.sum).toBe(3);
    made.put({ ...identity, value: 4, at: start + 30_000 });
    expect(made.between(identity, start, start + 60_000)?.sum).toBe(7);
  });
});

describe("periods", () => {
  it("end on the last whole minute, or on the period of a high-resolution alarm", () => {
    const now = start + 45_000;
    expect(recentPeriods(now, 300, 2)).toEqual([
      { start: start - 300_000, end: start },
      { start: start - 600_000, end: start - 300_000 },
    ]);
    expect(recentPeriods(now, 10, 1)).toEqual([{ start: start + 30_000, end: start + 40_000 }]);
  });
});

describe("metric math", () => {
  const series = new Map([
    [
      "m1",
      new Map([
        [1, 10],
        [2, 20],
        [3, 30],
      ]),
    ],
    [
      "m2",
      new Map([
        [1, 2],
        [3, 0],
      ]),
    ],
  ]);
  const scope = { series, metricIds: ["m1", "m2"], periods: [1, 2, 3] };
  it.each<readonly [string, readonly (readonly [number, number])[]]>([
    [
      "m1 + m2 * 2",
      [
        [1, 14],
        [3, 30],
      ],
    ],
    [
      "(m1 + m2) * -2",
      [
        [1, -24],
        [3, -60],
      ],
    ],
    ["100 * m1 / m2", [[1, 500]]],
    [
      "m1 / FILL(m2, 1)",
      [
        [1, 5],
        [2, 20],
      ],
    ],
    [
      "FILL(m2, REPEAT)",
      [
        [1, 2],
        [2, 2],
        [3, 0],
      ],
    ],
    [
      "IF(m1 > 15, m1, 0)",
      [
        [1, 0],
        [2, 20],
        [3, 30],
      ],
    ],
    [
      "IF(m1 >= 20 AND m1 < 30, 1, 0)",
      [
        [1, 0],
        [2, 1],
        [3, 0],
      ],
    ],
    [
      "SUM(METRICS())",
      [
        [1, 12],
        [2, 20],
        [3, 30],
      ],
    ],
    [
      "MAX([m1, m2])",
      [
        [1, 10],
        [2, 20],
        [3, 30],
      ],
    ],
    [
      "m1 - AVG(m1)",
      [
        [1, -10],
        [2, 0],
        [3, 10],
      ],
    ],
    [
      "2 ^ 3",
      [
        [1, 8],
        [2, 8],
        [3, 8],
      ],
    ],
  ])("%s", (expression, expected) => {
    expect([...evaluateExpression(expression, scope)]).toEqual(expected);
  });
  it.each([
    ["m1 +", /unexpected end/],
    ["m1 $ m2", /unexpected \$/],
    ["m3", /Undefined metric id 'm3'. Known ids: m1, m2/],
    ["RATE(m1)", /RATE is not emulated/],
    ["METRICS()", /must return one time series/],
  ])("refuses %s", (expression, message) => {
    expect(() => evaluateExpression(expression, scope)).toThrow(message);
  });
});

describe("composite rules", () => {
  const states: Readonly<Record<string, "OK" | "ALARM">> = { a: "ALARM", "b c": "OK" };
  const stateOf = (name: string) => states[name] ?? "INSUFFICIENT_DATA";
  it.each([
    ["ALARM(a)", true],
    ['ALARM(a) AND OK("b c")', true],
    ["ALARM(a) AND NOT ALARM(a) OR TRUE", true],
    ["NOT (ALARM(a) OR FALSE)", false],
    ["INSUFFICIENT_DATA(unknown)", true],
  ])("%s", (rule, expected) => {
    expect(holds(parseRule(rule), stateOf)).toBe(expected);
  });
  it("name each alarm once", () => {
    expect(alarmsIn(parseRule('ALARM(a) OR (OK(a) AND NOT ALARM("b c"))'))).toEqual(["a", "b c"]);
  });
  it.each(["", "ALARM()", "ALARM(a", "a AND b", "ALARM(a) OK(b)"])("refuse '%s'", (rule) => {
    expect(() => parseRule(rule)).toThrow(/is not valid: unexpected/);
  });
});

it.each([
  [2, "2.0"],
  [0.0666851903306472, "0.0666851903306472"],
  [45_628, "45628.0"],
  [12_345_678, "1.2345678E7"],
  [0.0001, "1.0E-4"],
  [0, "0.0"],
])("prints %d as CloudWatch does", (value, text) => {
  expect(decimal(value)).toBe(text);
});
