import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { benchAdversary } from "./adversary.ts";
import { benchAlarms } from "./alarms.ts";
import { benchChat } from "./chat.ts";
import { benchCli } from "./cli.ts";
import { benchFirstEvent } from "./first-event.ts";
import { benchFleet } from "./fleet.ts";
import { benchFunctions } from "./functions.ts";
import { benchProbe } from "./probe.ts";
import { benchRotation } from "./rotation.ts";
import { benchScale } from "./scale.ts";
import { benchShards } from "./shards.ts";
import { benchSidecar } from "./sidecar.ts";
import { benchStarter } from "./starter.ts";

/** Each part measures what it compares in one run, since machines differ and one machine's moods do too. */
const parts = {
  adversary: benchAdversary,
  alarms: benchAlarms,
  chat: benchChat,
  cli: benchCli,
  "first-event": benchFirstEvent,
  fleet: benchFleet,
  functions: benchFunctions,
  probe: benchProbe,
  rotation: benchRotation,
  scale: benchScale,
  shards: benchShards,
  sidecar: benchSidecar,
  starter: benchStarter,
} as const;

const { values, positionals } = parseArgs({ options: { json: { type: "string" } }, allowPositionals: true });
const unknown = positionals.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`${unknown.join(", ")}: no such part. Parts: ${Object.keys(parts).join(", ")}`);
  process.exit(2);
}

const figures: Record<string, unknown> = {};
for (const [name, measure] of Object.entries(parts)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  console.log(`${name}…`);
  figures[name] = await measure();
  console.log(JSON.stringify(figures[name], undefined, 2));
}
if (values.json !== undefined) {
  mkdirSync(dirname(values.json), { recursive: true });
  writeFileSync(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
}
process.exit();
