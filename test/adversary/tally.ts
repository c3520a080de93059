import { type CrimeKind, crimes } from "./crimes.ts";
import type { Ending } from "./play.ts";

/** What came of many plots. */
export interface Tally {
  readonly runs: number;
  readonly converged: number;
  /** Plots that ended with it. */
  readonly wrong: Readonly<Record<CrimeKind, number>>;
  readonly busiestHour: number;
  readonly invocations: number;
  readonly calls: number;
  /** Of plots that ended wrongly, the first few. */
  readonly seeds: readonly number[];
}

const kinds = Object.keys(crimes).filter((kind): kind is CrimeKind => kind in crimes);

export function emptyTally(): Tally {
  const wrong = { ...crimesAtZero() };
  return { runs: 0, converged: 0, wrong, busiestHour: 0, invocations: 0, calls: 0, seeds: [] };
}

function crimesAtZero(): Record<CrimeKind, number> {
  return {
    ...{ "in-use": 0, "went-back": 0, adopted: 0, wronged: 0, unconverged: 0, stuck: 0 },
    ...{ untold: 0, left: 0, unsaid: 0, false: 0, hammered: 0 },
  };
}

export function tallyOf(seed: number, { crimes: found, busiestHour, runs, calls }: Ending): Tally {
  const wrong = crimesAtZero();
  for (const { kind } of found) wrong[kind] = 1;
  const converged = wrong.unconverged === 0 && wrong.stuck === 0 ? 1 : 0;
  return { runs: 1, converged, wrong, busiestHour, invocations: runs, calls, seeds: found.length > 0 ? [seed] : [] };
}

export function added(one: Tally, other: Tally): Tally {
  const wrong = crimesAtZero();
  for (const kind of kinds) wrong[kind] = one.wrong[kind] + other.wrong[kind];
  return {
    wrong,
    runs: one.runs + other.runs,
    converged: one.converged + other.converged,
    busiestHour: Math.max(one.busiestHour, other.busiestHour),
    invocations: one.invocations + other.invocations,
    calls: one.calls + other.calls,
    seeds: [...one.seeds, ...other.seeds].toSorted((a, b) => a - b).slice(0, 20),
  };
}

/** As docs/rotation.md shows it. */
export function tableOf({ runs, converged, wrong, busiestHour, seeds }: Tally): string {
  const rows: readonly (readonly [string, string])[] = [
    ["runs", runs.toLocaleString("en")],
    ["converged", converged.toLocaleString("en")],
    ...kinds
      .filter((kind) => kind !== "unconverged" && kind !== "hammered")
      .map((kind) => [crimes[kind], String(wrong[kind])] as const),
    ["most requests an hour to an issuer that is busy", String(busiestHour)],
  ];
  const table = ["| what | number |", "|---|---|", ...rows.map(([what, number]) => `| ${what} | ${number} |`)];
  return [...table, ...(seeds.length === 0 ? [] : [`Wrong: node test/adversary/main.ts ${seeds.join(", ")}`])].join(
    "\n",
  );
}
