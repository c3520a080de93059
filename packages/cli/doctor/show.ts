import { columns, fold } from "../table.ts";
import type { Paint } from "../terminal.ts";
import type { Verdict } from "./check.ts";
import type { Result } from "./examine.ts";

const words: Readonly<Record<Verdict, string>> = {
  ok: "ok     ",
  warning: "warning",
  failure: "FAILURE",
  skipped: "skipped",
};

/** What hurts comes last, where the eye is when the command ends. */
const order: readonly Verdict[] = ["ok", "skipped", "warning", "failure"];

export function showResults(results: readonly Result[], paint: Paint): readonly string[] {
  const sorted = results.toSorted((one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict));
  const count = (verdict: Verdict) => results.filter((one) => one.verdict === verdict).length;
  return [
    ...sorted.flatMap((result) => showOne(result, paint)),
    "",
    `${count("failure")} failures, ${count("warning")} warnings, ${count("ok")} well, ${count("skipped")} not looked at`,
  ];
}

function showOne({ id, verdict, evidence, remedy }: Result, paint: Paint): readonly string[] {
  const indent = " ".repeat(9);
  const text = fold(evidence, columns - indent.length).map((line) => `${indent}${line}`);
  const what =
    remedy === undefined ? [] : fold(`→ ${remedy}`, columns - indent.length).map((line) => `${indent}${line}`);
  return [`${inColor(verdict, paint)}  ${paint.bold(id)}`, ...text, ...what];
}

function inColor(verdict: Verdict, paint: Paint): string {
  const word = words[verdict];
  switch (verdict) {
    case "ok":
      return paint.green(word);
    case "warning":
      return paint.yellow(word);
    case "failure":
      return paint.red(word);
    case "skipped":
      return paint.dim(word);
    default:
      return verdict satisfies never;
  }
}
