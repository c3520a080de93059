import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { added, emptyTally, type Tally, tableOf } from "../test/adversary/tally.ts";

const plots = 20_000;
const perMessage = 100;

export type AdversaryFigures = Tally & { readonly millisecondsAPlot: number };

/** Plays plots on every core, and prints what came of them. */
export async function benchAdversary(): Promise<AdversaryFigures> {
  const begun = performance.now();
  let next = 0;
  let tally = emptyTally();
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL("../test/adversary/worker.ts", import.meta.url)),
  );
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise<void>((resolve, reject) => {
          const send = () => {
            if (next >= plots) {
              resolve();
              return;
            }
            worker.postMessage({ first: next, last: Math.min(next + perMessage, plots) - 1 });
            next += perMessage;
          };
          worker.on("error", reject);
          worker.on("message", (part: Tally) => {
            tally = added(tally, part);
            send();
          });
          send();
        }),
    ),
  );
  await Promise.all(workers.map((worker) => worker.terminate()));
  console.log(tableOf(tally));
  return { ...tally, millisecondsAPlot: Math.round(((performance.now() - begun) * workers.length) / tally.runs) };
}
