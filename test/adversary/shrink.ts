import type { CrimeKind } from "./crimes.ts";
import { play } from "./play.ts";
import type { Fault, Plot } from "./plot.ts";

/** The smallest plot found that still ends in the same crime. */
export async function shrink(plot: Plot, kind: CrimeKind): Promise<Plot> {
  let least = plot;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const candidate of smaller(least)) {
      if (!(await isGuilty(candidate, kind))) continue;
      least = candidate;
      isSmaller = true;
      break;
    }
  }
  return least;
}

async function isGuilty(plot: Plot, kind: CrimeKind): Promise<boolean> {
  return (await play(plot)).crimes.some((crime) => crime.kind === kind);
}

function* smaller(plot: Plot): Generator<Plot> {
  const { setting, acts, faults } = plot;
  for (const fault of faults) yield { ...plot, faults: faults.filter((one) => one !== fault) };
  for (const act of acts) yield { ...plot, acts: acts.filter((one) => one !== act) };
  for (const { name } of setting.services.length > 1 ? setting.services : []) yield withoutService(plot, name);
  for (const { key } of setting.secrets.length > 1 ? setting.secrets : []) yield withoutSecret(plot, key);
  for (const service of setting.services.filter(({ desired }) => desired > 1)) {
    const services = setting.services.map((one) => (one === service ? { ...one, desired: 1 } : one));
    yield { ...plot, setting: { ...setting, services } };
  }
  for (const fault of faults) {
    const half = halved(fault);
    if (half !== undefined) yield { ...plot, faults: faults.map((one) => (one === fault ? half : one)) };
  }
}

function halved(fault: Fault): Fault | undefined {
  const span = Math.round((fault.to - fault.from) / 2);
  return span < 60_000 ? undefined : { ...fault, to: fault.from + span };
}

function withoutService(plot: Plot, name: string): Plot {
  const services = plot.setting.services.filter((one) => one.name !== name);
  const concerns = (one: object) => "service" in one && one.service === name;
  return {
    ...{ ...plot, setting: { ...plot.setting, services } },
    acts: plot.acts.filter((act) => !concerns(act)),
    faults: plot.faults.filter((fault) => !concerns(fault)),
  };
}

function withoutSecret(plot: Plot, key: string): Plot {
  const secrets = plot.setting.secrets.filter((one) => one.key !== key);
  const services = plot.setting.services.map((one) => ({
    ...one,
    secrets: one.secrets.filter((used) => used !== key),
  }));
  const acts = plot.acts.filter((act) => !("secret" in act && act.secret === key));
  return { ...plot, setting: { ...plot.setting, secrets, services }, acts };
}
