import { Dice } from "./dice.ts";
import type { Act, Fault, Kind, Nature, Plot, Port, SecretSetting, ServiceSetting, Setting, Written } from "./plot.ts";
import { hour, minute, second } from "./time.ts";

/**
 * The plot of a seed: some services and secrets, one to five acts of people, one to six faults.
 *
 * @param lists whether the list of secrets is late; a plot in which it is not has other acts by the same seed
 */
export function plotOf(seed: number, lists: "late" | "prompt" = "late"): Plot {
  const dice = new Dice(seed).fork("plot");
  const setting = settingOf(dice, lists);
  const acts = Array.from({ length: dice.whole(1, 5) }, () => actOf(dice, setting)).flat();
  const faults = Array.from({ length: dice.whole(1, 6) }, () => faultOf(dice, setting));
  return { name: `seed ${seed}`, seed, setting, acts: acts.toSorted((a, b) => a.at - b.at), faults };
}

const kinds: readonly [Kind, ...Kind[]] = ["cloud", "cloud", "cloud", "enterprise", "google", "random", "declined"];

function settingOf(dice: Dice, lists: "late" | "prompt"): Setting {
  const first = dice.pick<Kind>(["cloud", "cloud", "enterprise"]);
  const more = Array.from({ length: dice.whole(0, 2) }, () => dice.pick(kinds));
  const [one, ...others] = [secretOf(dice, first, 0), ...more.map((kind, place) => secretOf(dice, kind, place + 1))];
  const shares = (other: SecretSetting) => other.kind === one.kind && dice.chance(0.4);
  const secrets = [one, ...others.map((other) => (shares(other) ? { ...other, shares: one.key } : other))];
  const services = Array.from({ length: dice.whole(1, 4) }, (_, place): ServiceSetting => {
    const used = secrets.filter(() => dice.chance(0.7)).map(({ key }) => key);
    return { name: `prod-mcp-s${place}`, desired: dice.whole(place === 0 ? 1 : 0, 3), secrets: used };
  });
  return { secrets, services, nature: natureOf(dice, lists) };
}

function secretOf(dice: Dice, kind: Kind, place: number): SecretSetting {
  return {
    ...{ key: `${kind}-${place}`, kind },
    begins: dice.chance(0.15) ? "adopted" : "settled",
    tags: dice.chance(0.06) ? 50 : 2,
    marks: dice.chance(0.06) ? dice.whole(8, 16) : 0,
    hidden: dice.chance(0.06),
    unproven: dice.chance(0.2) ? "roll" : "wait",
  };
}

function natureOf(dice: Dice, lists: "late" | "prompt"): Nature {
  return {
    secretsLag: dice.between(0, 900),
    ecsLag: dice.between(0, 2 * second),
    ecsSkew: dice.between(-400, 400),
    secretsSkew: dice.between(-400, 400),
    making: dice.spread(second, 20 * minute),
    nodes: dice.whole(1, 6),
    spreading: dice.spread(second, 5 * minute),
    boot: dice.spread(5 * second, 90 * second),
    draining: dice.spread(10 * second, 2 * minute),
    rollback: dice.pick(["same", "new"]),
    attempts: dice.whole(3, 8),
    listLag: lists === "late" ? dice.between(0, 5 * minute) : 0,
  };
}

const written: readonly [Written, ...Written[]] = [
  "good",
  "good",
  "refused",
  "refused",
  "crash",
  "malformed",
  "previous",
];

function actOf(dice: Dice, { secrets, services }: Setting): readonly Act[] {
  const at = dice.spread(minute, 6 * hour);
  const { key: secret, kind } = dice.pick([...pair(secrets)]);
  const service = dice.pick([...pair(services)]).name;
  const put = (): Act => ({ at, kind: "put", secret, value: dice.pick(written) });
  switch (dice.whole(0, 9)) {
    case 0:
    case 1:
    case 2:
      return [{ at, kind: "rotate", secret }];
    case 3:
    case 4:
      return [put()];
    case 5:
      return [put(), { ...put(), at: at + dice.spread(second, 5 * minute) }];
    case 6:
      return [
        { at, kind: "rotate", secret },
        { ...put(), at: at + dice.spread(second, 40 * minute) },
      ];
    case 7:
      return [{ at, kind: "deploy", service, image: dice.pick(["good", "broken", "broken"]) }];
    case 8:
      return dice.chance(0.5)
        ? [
            { at, kind: "rotate", secret },
            { at: at + dice.spread(second, 20 * minute), kind: "cancel", secret },
          ]
        : kind !== "google"
          ? [{ at, kind: "rotate", secret }]
          : [
              { at, kind: "stage", secret, value: dice.pick(["good", "refused"]) },
              { at: at + minute, kind: "rotate", secret },
            ];
    default:
      return dice.chance(0.4) ? [{ at, kind: "remove", service }] : [{ at, kind: "rotate", secret }];
  }
}

const ports: readonly [Port, ...Port[]] = ["secrets", "ecs", "sns", "acs", "acs", "hec", "hec", "google"];

function faultOf(dice: Dice, { services }: Setting): Fault {
  const from = dice.spread(minute, 6 * hour);
  const span = { from, to: from + dice.spread(minute, 8 * hour) };
  const service = dice.pick([...pair(services)]).name;
  switch (dice.whole(0, 11)) {
    case 0:
    case 1:
      return {
        ...span,
        kind: "failing",
        port: dice.pick(ports),
        when: dice.pick(["before", "after"]),
        share: dice.between(0.2, 0.95),
      };
    case 2:
    case 3:
      return { ...span, kind: "down", port: dice.pick(ports) };
    case 4:
    case 5:
      return {
        ...{ ...span, kind: "busy", status: dice.pick([403, 424, 429, 503]), method: dice.pick(["any", "DELETE"]) },
        retryAfter: dice.pick(["none", "zero", "seconds", "date"]),
      };
    case 6:
      return { ...span, kind: "slow", making: dice.spread(minute, 40 * minute) };
    case 7:
      return dice.chance(0.7) ? { ...span, kind: "dying", share: dice.between(0.2, 0.95) } : { ...span, kind: "dead" };
    case 8:
      return { ...span, kind: "events", how: dice.pick(["lost", "doubled", "late"]) };
    case 9:
      return { ...span, kind: dice.pick(["hanging", "draining"]), service };
    case 10:
      return { ...span, kind: "flaky", service };
    default:
      return { ...span, kind: "throttled" };
  }
}

function pair<T>(some: readonly T[]): readonly [T, ...T[]] {
  const [first, ...rest] = some;
  if (first === undefined) throw new Error("A plot has at least one of each.");
  return [first, ...rest];
}
