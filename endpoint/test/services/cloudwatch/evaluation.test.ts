import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ComparisonOperator, StateValue, TreatMissingData } from "#endpoint/services/cloudwatch/alarm.ts";
import {
  breaches,
  type Datapoint,
  type EvaluationRule,
  evaluate,
  evaluationRange,
} from "#endpoint/services/cloudwatch/evaluation.ts";

const base: EvaluationRule = {
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  threshold: 1,
  comparison: "GreaterThanThreshold",
  treatMissingData: "missing",
};

/** `0 - X` as the documentation writes it, oldest first: within the threshold, missing, breaching. */
function points(notation: string): readonly Datapoint[] {
  const values: Readonly<Record<string, number | undefined>> = { "0": 0, X: 2, "-": undefined };
  return notation
    .split(" ")
    .map((mark, index) => ({ at: index * 60_000, value: values[mark] }))
    .toReversed();
}

const keeps = undefined;
type Expected = StateValue | undefined;
/** The datapoints, then the state under each treatment. */
type Row = readonly [string, Expected, Expected, Expected, Expected];
const treatments = ["missing", "ignore", "breaching", "notBreaching"] as const satisfies readonly TreatMissingData[];

describe("missing data, by the tables of CloudWatch's documentation", () => {
  const threeOfThree: readonly Row[] = [
    ["0 - X - X", "OK", "OK", "OK", "OK"],
    ["0 - - - -", "OK", "OK", "OK", "OK"],
    ["- - - - -", "INSUFFICIENT_DATA", keeps, "ALARM", "OK"],
    ["0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
    ["- - X - -", "ALARM", keeps, "ALARM", "OK"],
  ];
  const twoOfThree: readonly Row[] = [
    ["0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
    ["0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"],
    ["0 - X - -", "OK", "OK", "ALARM", "OK"],
    ["- - - - 0", "OK", "OK", "ALARM", "OK"],
    ["- - - X -", "ALARM", keeps, "ALARM", "OK"],
  ];
  it.each(threeOfThree)("3 out of 3: %s", (notation, ...expected) => {
    expect(
      treatments.map((treatMissingData) => evaluate({ ...base, treatMissingData }, points(notation))?.state),
    ).toEqual(expected);
  });
  it.each(twoOfThree)("2 out of 3: %s", (notation, ...expected) => {
    const rule = { ...base, datapointsToAlarm: 2 };
    expect(
      treatments.map((treatMissingData) => evaluate({ ...rule, treatMissingData }, points(notation))?.state),
    ).toEqual(expected);
  });
  it.each(["- - - - X", "- - - X -"])("does not raise the alarm prematurely: %s", (notation) => {
    expect(evaluate(base, points(notation))?.state).toBe("INSUFFICIENT_DATA");
  });
});

describe("comparison", () => {
  it.each<readonly [ComparisonOperator, boolean, boolean, boolean]>([
    ["GreaterThanThreshold", false, false, true],
    ["GreaterThanOrEqualToThreshold", false, true, true],
    ["LessThanThreshold", true, false, false],
    ["LessThanOrEqualToThreshold", true, true, false],
  ])("%s", (comparison, below, equal, above) => {
    expect([0.9, 1, 1.1].map((value) => breaches({ comparison, threshold: 1 }, value))).toEqual([below, equal, above]);
  });
});

describe("low samples of a percentile", () => {
  const rule = { ...base, evaluationPeriods: 1, datapointsToAlarm: 1, significantSamples: 200 };
  it.each([
    [199, undefined],
    [200, "ALARM"],
  ])("[FIX-1] with %i samples of 200 needed", (sampleCount, expected) => {
    expect(evaluate(rule, [{ at: 0, value: 2, sampleCount }])?.state).toBe(expected);
  });
});

describe("any alarm over any data", () => {
  const alarm = fc.integer({ min: 1, max: 8 }).chain((evaluationPeriods) =>
    fc.record({
      evaluationPeriods: fc.constant(evaluationPeriods),
      datapointsToAlarm: fc.integer({ min: 1, max: evaluationPeriods }),
      threshold: fc.constant(1),
      comparison: fc.constant<ComparisonOperator>("GreaterThanThreshold"),
      range: fc.array(fc.constantFrom("0", "X", "-"), {
        minLength: evaluationRange(evaluationPeriods),
        maxLength: evaluationRange(evaluationPeriods),
      }),
    }),
  );

  it("is in alarm by missing data treated as good only if it is under every other treatment", () => {
    fc.assert(
      fc.property(alarm, ({ range, ...rule }) => {
        const states = treatments.map(
          (treatMissingData) => evaluate({ ...rule, treatMissingData }, points(range.join(" ")))?.state,
        );
        const [missing, ignore, breaching, notBreaching] = states;
        if (notBreaching === "ALARM") expect(states).toEqual(["ALARM", "ALARM", "ALARM", "ALARM"]);
        if (breaching === "OK") expect([missing, ignore, notBreaching]).toEqual(["OK", "OK", "OK"]);
      }),
    );
  });

  it("evaluates as many datapoints as it has evaluation periods, real ones first", () => {
    fc.assert(
      fc.property(alarm, fc.constantFrom(...treatments), ({ range, ...rule }, treatMissingData) => {
        const all = points(range.join(" "));
        const verdict = evaluate({ ...rule, treatMissingData }, all);
        if (verdict === undefined) return;
        const real = all.filter(({ value }) => value !== undefined).slice(0, rule.evaluationPeriods);
        expect(verdict.evaluated.slice(0, real.length)).toEqual(real);
        expect(verdict.evaluated).toHaveLength(rule.evaluationPeriods);
        expect(verdict.filled).toBe(rule.evaluationPeriods - real.length);
      }),
    );
  });

  it("needs no treatment where nothing is missing: M breaching of the last N decide", () => {
    fc.assert(
      fc.property(alarm, fc.constantFrom(...treatments), ({ range, ...rule }, treatMissingData) => {
        const all = points(range.map((mark) => (mark === "-" ? "0" : mark)).join(" "));
        const breaching = all.slice(0, rule.evaluationPeriods).filter(({ value }) => value === 2).length;
        const state = evaluate({ ...rule, treatMissingData }, all)?.state;
        expect(state).toBe(breaching >= rule.datapointsToAlarm ? "ALARM" : "OK");
      }),
    );
  });
});
