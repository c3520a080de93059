import { parentPort } from "node:worker_threads";
import * as v from "valibot";
import { play } from "./play.ts";
import { plotOf } from "./plotting.ts";
import { added, emptyTally, tallyOf } from "./tally.ts";
import { connect } from "./wire.ts";

const Seeds = v.object({ first: v.number(), last: v.number() });

connect();
parentPort?.on("message", async (message) => {
  const { first, last } = v.parse(Seeds, message);
  let tally = emptyTally();
  for (let seed = first; seed <= last; seed++) tally = added(tally, tallyOf(seed, await play(plotOf(seed))));
  parentPort?.postMessage(tally);
});
