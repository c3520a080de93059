import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CrimeKind } from "../../adversary/crimes.ts";
import { namedPlots } from "../../adversary/named.ts";
import { type Ending, play } from "../../adversary/play.ts";
import { plotOf } from "../../adversary/plotting.ts";
import { connect } from "../../adversary/wire.ts";

/** Fixed, so that a failure is the change's and not chance's. `npm run bench -- adversary` plays many more. */
const seeds = 250;
/**
 * What chance found beyond these: another value put while people are told, a crash loop taken for service, requests that
 * nobody counted, a failure blamed on one value while the other could not be looked at; a declined secret that this
 * model let rotate, or that its last service left, and tasks of which ECS spoke for days; a value without a label, on tasks
 * still, of another secret of the same Splunk; a service that a value left down, once ECS had forgotten that it ever worked.
 */
const found = {
  prompt: [4_863, 15_995, 17_911, 6_154],
  late: [3_239, 18_541, 19_802, 18_247, 6_497, 11_371, 14_492, 16_780, 19_609],
} as const;

let disconnect: () => void;
const endings = new Map<string, Ending>();

beforeAll(async () => {
  disconnect = connect();
  const all = [...Array.from({ length: seeds }, (_, seed) => seed), ...found.late];
  for (const seed of all) endings.set(`seed ${seed}`, await play(plotOf(seed)));
  for (const seed of found.prompt) endings.set(`seed ${seed}, prompt lists`, await play(plotOf(seed, "prompt")));
  // A thousand consumers take seconds: faults.test.ts has them.
  const named = namedPlots().filter(({ setting }) => setting.services.length < 100);
  for (const plot of named) endings.set(plot.name, await play(plot));
}, 600_000);

afterAll(() => disconnect());

/** What was wrong, by the plot to play again. */
function guilty(...kinds: readonly CrimeKind[]): readonly string[] {
  return [...endings].flatMap(([name, { crimes }]) =>
    crimes
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ kind, secret, words }) => `${name}: ${kind}: ${secret}: ${words}`),
  );
}

describe("against an adversary, a secret", () => {
  it("[ROT-7] has no credential revoked that a task uses, and is never put back to one that is being revoked", () => {
    expect(guilty("in-use", "went-back")).toEqual([]);
  });

  it("[ROT-6] [ROT-8] [ROT-12] is where it should be some hours after the last fault, and can rotate again later", () => {
    expect(guilty("unconverged", "stuck")).toEqual([]);
  });

  it("[ROT-9] waits for nothing of which people do not know within half an hour, and again every four hours", () => {
    expect(guilty("untold")).toEqual([]);
  });

  it('[ROT-10] is called "revoked" in nothing that HEC was not seen to refuse', () => {
    expect(guilty("false")).toEqual([]);
  });

  it("[ROT-11] has no good value rejected for what another deployment or a slow issuer did", () => {
    expect(guilty("wronged")).toEqual([]);
  });

  it("[ROT-12] has its issuer asked at most 60 times in an hour in which that is busy", () => {
    expect(guilty("hammered")).toEqual([]);
  });

  it("[ROT-13] leaves none of the fleet's tokens behind, none of a person's unsaid, and revokes none it did not replace", () => {
    expect(guilty("left", "unsaid", "adopted")).toEqual([]);
  });
});
