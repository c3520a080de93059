import { clockOf } from "./clock.ts";
import { crimes as names } from "./crimes.ts";
import { namedPlots } from "./named.ts";
import { type Ending, play } from "./play.ts";
import type { Plot } from "./plot.ts";
import { plotOf } from "./plotting.ts";
import { shrink } from "./shrink.ts";
import { connect } from "./wire.ts";

const usage = `node test/adversary/main.ts 0..999       plays these seeds, and names those that end wrongly
node test/adversary/main.ts 17           plays one, with its diary
node test/adversary/main.ts 17 shrink    finds the smallest plot that still ends so
node test/adversary/main.ts named [F3]   plays the named sequences, or those that begin so
`;

const say = (text: string) => void process.stdout.write(`${text}\n`);

connect();
const [what = "", how = ""] = process.argv.slice(2);
const range = /^(\d+)\.\.(\d+)$/.exec(what);
if (range !== null) await playAll(seedsFrom(Number(range[1]), Number(range[2])));
else if (what === "named") await playAll(namedPlots().filter(({ name }) => name.startsWith(how)));
else if (/^\d+$/.test(what)) await playOne(Number(what), how === "shrink");
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}

function* seedsFrom(first: number, last: number): Generator<Plot> {
  for (let seed = first; seed <= last; seed++) yield plotOf(seed);
}

async function playAll(plots: Iterable<Plot>): Promise<void> {
  const begun = performance.now();
  const found = new Map<string, Set<string>>();
  let played = 0;
  for (const plot of plots) {
    const ending = await play(plot);
    played += 1;
    for (const { kind } of ending.crimes) found.set(kind, (found.get(kind) ?? new Set()).add(plot.name));
    if (ending.crimes.length > 0) say(`✘ ${plot.name}: ${wordsOf(ending)[0]}`);
  }
  for (const [kind, guilty] of found) say(`${kind}: ${guilty.size}, such as ${[...guilty].slice(0, 8).join(", ")}`);
  const wrong = new Set([...found.values()].flatMap((guilty) => [...guilty])).size;
  say(`${played} plots, ${wrong} of them wrong, ${((performance.now() - begun) / played).toFixed(1)} ms each`);
  if (wrong > 0) process.exitCode = 1;
}

async function playOne(seed: number, isToShrink: boolean): Promise<void> {
  let plot = plotOf(seed);
  let ending = await play(plot, true);
  const [crime] = ending.crimes;
  if (isToShrink && crime !== undefined) {
    plot = await shrink(plot, crime.kind);
    ending = await play(plot, true);
  }
  say(JSON.stringify(plot, undefined, 1));
  for (const words of ending.diary) say(words);
  for (const words of wordsOf(ending)) say(`✘ ${words}`);
  if (ending.crimes.length > 0) process.exitCode = 1;
}

function wordsOf({ crimes }: Ending): readonly string[] {
  return crimes.map(({ kind, at, secret, words }) => `${clockOf(at)} ${names[kind]}: ${secret}: ${words}`);
}
