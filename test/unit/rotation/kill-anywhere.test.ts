import { describe, expect, it } from "vitest";
import type { Blow } from "./world/outgoing.ts";
import { firstToken, World, type WorldOptions } from "./world/world.ts";

const hour = 3_600_000;
const minute = 60_000;
const badToken = "99999999-9999-4999-8999-999999999999";

interface Scenario {
  readonly title: string;
  readonly options: WorldOptions;
  begin(stage: World): Promise<unknown>;
  /** The credential that must be the only one in the end; `undefined`: a new one. */
  readonly ends: string | undefined;
}

const scenarios: readonly Scenario[] = [
  {
    title: "a rotation",
    options: {},
    begin: (stage) => stage.rotate(),
    ends: undefined,
  },
  {
    title: "a value put by hand that Splunk does not know",
    options: {},
    begin: (stage) => stage.putByHand(badToken),
    ends: firstToken,
  },
  {
    title: "a value that Splunk accepts and services crash on",
    options: { crashesOn: (value) => value.includes(badToken) },
    begin(stage) {
      stage.splunk.tokens.create({ name: "crash", token: badToken, indexes: ["mcp_audit"] });
      return stage.putByHand(badToken);
    },
    ends: firstToken,
  },
];

/** Runs a scenario to its end, or for six hours, and returns what must hold then. */
async function run({ options, begin, ends }: Scenario, blow?: Omit<Blow, "at"> & { readonly nth: number }) {
  const stage = await World.create(options);
  try {
    const first = stage.outgoing.names.length;
    if (blow !== undefined) stage.strike({ ...blow, at: first + blow.nth });
    await begin(stage);
    await stage.clock.pass(3_000);
    const isOver = () => stage.settled && (ends !== undefined || !stage.lastSeen.includes(firstToken));
    await stage.clock.pass(6 * hour, isOver);
    stage.strike(undefined);
    // Late calls of the old invocations, and one more look of the planner.
    await stage.clock.pass(2 * minute);
    const labels = Object.values(await stage.labels());
    const blocked = labels.some((all) => all.includes("AWSPENDING") && !all.includes("AWSCURRENT"));
    const token = await stage.token();
    return {
      calls: stage.outgoing.names.slice(first),
      refusals: stage.refusals.length,
      token,
      holds: {
        settled: await stage.isSettled(),
        current: labels.filter((all) => all.includes("AWSCURRENT")).length,
        blocked,
        works: stage.splunk.tokens.admit(token) instanceof Object,
        consumersOnIt: stage.services.valuesInUse().every((value) => value.includes(token)),
        orphans: stage.splunk.tokens.list().filter((one) => one.token !== token).length,
        refusals: stage.refusals.length,
        told: stage.notices.some(({ outcome }) => outcome === "settled" || outcome === "restored"),
        markedBad: labels.some((all) => all.some((label) => label.startsWith("rejected-"))),
      },
    };
  } finally {
    await stage.stop();
  }
}

/** To die before a call is to die after the one before it. */
const blows = [
  ["before", "fail"],
  ["after", "fail"],
  ["after", "die"],
] as const;

/**
 * Each call gets one of the blows, in turn, and those that the scenarios share get all of them over the three. All of
 * them everywhere take three times as long: `EVERY_BLOW=1 npx vitest run test/unit/rotation/kill-anywhere.test.ts`.
 */
function blowsAt(scenario: number, nth: number): readonly (typeof blows)[number][] {
  if (process.env.EVERY_BLOW === "1") return blows;
  const blow = blows[(scenario + nth) % blows.length];
  return blow === undefined ? [] : [blow];
}

describe.each(scenarios)("killed anywhere in $title", (scenario) => {
  it("[ROT-5] [ROT-6] ends with one working value, its consumers on it, no orphan and no block", async () => {
    const calm = await run(scenario);
    const good = {
      settled: true,
      current: 1,
      blocked: false,
      works: true,
      consumersOnIt: true,
      orphans: 0,
      refusals: 0,
      told: true,
      markedBad: scenario.ends !== undefined,
    };
    expect(calm.holds).toEqual(good);
    const failures: object[] = [];
    let runs = 0;
    for (let nth = 1; nth <= calm.calls.length; nth++) {
      for (const [when, how] of blowsAt(scenarios.indexOf(scenario), nth)) {
        const { holds, token } = await run(scenario, { nth, when, how });
        runs++;
        const right = scenario.ends === undefined ? token !== firstToken : token === scenario.ends;
        if (JSON.stringify(holds) !== JSON.stringify(good) || !right) {
          failures.push({ nth, call: calm.calls[nth - 1], when, how, ...holds, right });
        }
      }
    }
    process.stdout.write(`${scenario.title}: ${calm.calls.length} calls, ${runs} blows, ${failures.length} bad ends\n`);
    expect(runs).toBeGreaterThanOrEqual(calm.calls.length);
    expect(failures).toEqual([]);
  }, 300_000);
});
