import { columns, fold } from "../table.ts";
import type { Paint } from "../terminal.ts";
import type { Verdict } from "./check.ts";
import type { Result } from "./examine.ts";

const words: Readonly<Record<Verdict, string>> = {
  ok: "ok",
  warning: "warning",
  failure: "FAILURE",
  skipped: "skipped",
};

/** The worst comes last, where the eye is when the command ends. */
const order: readonly Verdict[] = ["ok", "skipped", "warning", "failure"];

const verdictWidth = 9;

/** Of one check and verdict: what is wrong with fifty services is read as one thing. */
const shownOfKind = 5;

/** By check, a line for each result, or several: verdict, id, evidence, and what to do. */
export function showResults(results: readonly Result[], paint: Paint): readonly string[] {
  const sorted = results.toSorted((one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict));
  const idWidth = Math.max(...results.map(({ id }) => id.length)) + 2;
  const kinds = Map.groupBy(sorted, ({ id, verdict }) => `${verdict} ${id}`);
  return [...[...kinds.values()].flatMap((kind) => showKind(kind, idWidth, paint)), "", summaryOf(results)];
}

function showKind(kind: readonly Result[], idWidth: number, paint: Paint): readonly string[] {
  const shown = kind.slice(0, shownOfKind).flatMap((result) => showOne(result, idWidth, paint));
  const more = kind.length - shownOfKind;
  return more <= 0 ? shown : [...shown, `${" ".repeat(verdictWidth + idWidth)}and ${more} more of it: --json has all`];
}

function showOne({ id, verdict, evidence, remedy }: Result, idWidth: number, paint: Paint): readonly string[] {
  const start = verdictWidth + idWidth;
  const [first = "", ...more] = fold(evidence, columns - start);
  const what = remedy === undefined ? [] : fold(`→ ${remedy}`, columns - start);
  const head = `${inColor(verdict, words[verdict].padEnd(verdictWidth), paint)}${paint.bold(id.padEnd(idWidth))}`;
  return [`${head}${first}`, ...[...more, ...what].map((line) => `${" ".repeat(start)}${line}`)];
}

function summaryOf(results: readonly Result[]): string {
  const count = (verdict: Verdict) => results.filter((one) => one.verdict === verdict).length;
  const several = (verdict: "failure" | "warning") => `${count(verdict)} ${verdict}${count(verdict) === 1 ? "" : "s"}`;
  return `${several("failure")}, ${several("warning")}, ${count("ok")} ok, ${count("skipped")} skipped`;
}

function inColor(verdict: Verdict, word: string, paint: Paint): string {
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
