import { plotOf } from "./plotting.ts";
import { play } from "./play.ts";
import { connect } from "./wire.ts";

connect();
const [which = "0..99"] = process.argv.slice(2);
const [from = 0, to = from] = which.split("..").map(Number);
const begun = performance.now();
const kinds = new Map<string, number[]>();
for (let seed = from; seed <= to; seed++) {
  const { crimes, diary } = await play(plotOf(seed));
  for (const { kind } of crimes) kinds.set(kind, [...(kinds.get(kind) ?? []), seed]);
  if (from === to) { process.stdout.write(JSON.stringify(plotOf(seed), undefined, 1)); for (const l of diary) process.stdout.write(`${l}\n`); }
}
process.stdout.write(`${[...kinds].map(([kind, seeds]) => `${kind}: ${seeds.length} ${[...new Set(seeds)].slice(0, 12)}`).join("\n")}\n`);
process.stdout.write(`${((performance.now() - begun) / (to - from + 1)).toFixed(1)} ms a plot\n`);
