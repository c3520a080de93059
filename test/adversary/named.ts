import type { Act, Fault, Nature, Plot, SecretSetting, ServiceSetting } from "./plot.ts";
import { plotOf } from "./plotting.ts";
import { hour, minute, second } from "./time.ts";

const calm: Nature = {
  ...{ secretsLag: 300, listLag: minute, ecsLag: 500, ecsSkew: 150, secretsSkew: -150 },
  ...{ making: 2 * second, nodes: 3, spreading: 5 * second },
  ...{ boot: 30 * second, draining: 60 * second, rollback: "new", attempts: 6 },
};

const splunk: SecretSetting = {
  key: "splunk",
  kind: "cloud",
  begins: "settled",
  tags: 2,
  marks: 0,
  hidden: false,
  unproven: "wait",
};

interface Story {
  readonly splunk?: Partial<SecretSetting>;
  readonly others?: readonly SecretSetting[];
  readonly services?: number;
  readonly nature?: Partial<Nature>;
  readonly acts: readonly Act[];
  readonly faults?: readonly Fault[];
  readonly prompt?: Plot["prompt"];
}

function plot(name: string, story: Story): Plot {
  const secrets = [{ ...splunk, ...story.splunk }, ...(story.others ?? [])];
  const used = secrets.map(({ key }) => key);
  const services = Array.from({ length: story.services ?? 2 }, (_, place): ServiceSetting => {
    return { name: `prod-mcp-s${place}`, desired: 1 + (place % 2), secrets: used };
  });
  return {
    ...{ name, seed: 1, acts: story.acts, faults: story.faults ?? [] },
    setting: { secrets, services, nature: { ...calm, ...story.nature } },
    ...(story.prompt !== undefined && { prompt: story.prompt }),
  };
}

const rotate: Act = { at: minute, kind: "rotate", secret: "splunk" };
const put = (at: number, value: (Act & { readonly kind: "put" })["value"], since?: "revoking"): Act => ({
  ...{ at, kind: "put", secret: "splunk", value },
  ...(since !== undefined && { since }),
});
const google: SecretSetting = { ...splunk, key: "google", kind: "google" };
const notes: SecretSetting = { ...splunk, key: "notes", kind: "declined" };
const always = (span: number) => ({ from: 0, to: span });

/** Every sequence that once ended wrongly, some at several moments; and what chance found. */
export function namedPlots(): readonly Plot[] {
  const found = [1041, 1373, 1667, 1756, 2255, 2879, 3941, 4346, 4934].map((seed) => plotOf(seed, "prompt"));
  return [...revocations(), ...waits(), ...blames(), ...issuers(), ...leftovers(), ...found];
}

function revocations(): readonly Plot[] {
  const offsets = [60, 120, 180, 240].map((seconds) => seconds * second);
  const deletes = ([403, 424, 503] as const).flatMap((status) =>
    [2, 20, 55].map((minutes) =>
      plot(`F1c ${status}, ${minutes} min later`, {
        acts: [rotate, put(minutes * minute, "refused", "revoking")],
        faults: [{ ...always(75 * minute), kind: "busy", status, retryAfter: "none", method: "DELETE" }],
      }),
    ),
  );
  return [
    ...offsets.map((at) =>
      plot(`F1a, ${at / second} s later`, {
        nature: { making: 5 * minute },
        acts: [rotate, put(at, "refused", "revoking")],
      }),
    ),
    ...offsets.map((at) =>
      plot(`F1b, ${at / second} s later`, {
        nature: { making: 10 * minute },
        acts: [rotate, put(at, "crash", "revoking")],
      }),
    ),
    ...deletes,
    plot("F4", { splunk: { hidden: true }, acts: [rotate] }),
    plot("F11", { splunk: { begins: "adopted" }, acts: [] }),
  ];
}

function waits(): readonly Plot[] {
  const day = always(24 * hour);
  const late = { at: hour, kind: "rotate", secret: "splunk" } as const;
  return [
    plot("F2", { services: 60, acts: [rotate], faults: [{ from: 0, to: 30 * minute, kind: "throttled" }] }),
    plot("F2, a thousand", { services: 1_000, acts: [rotate] }),
    plot("F2b", {
      others: [google],
      acts: [rotate],
      faults: [{ ...always(6 * hour), kind: "unlisted", service: "prod-mcp-s0" }],
    }),
    plot("F3a", { acts: [put(10 * minute, "good")], faults: [{ ...always(48 * hour), kind: "down", port: "hec" }] }),
    ...([403, 424, 429, 503] as const).map((status) =>
      plot(`F3b ${status}`, {
        acts: [rotate],
        faults: [{ ...day, kind: "busy", status, retryAfter: "none", method: "revoking" }],
      }),
    ),
    plot("F3b nothing", { acts: [rotate], faults: [{ from: 4 * minute, to: 24 * hour, kind: "down", port: "acs" }] }),
    plot("F3c hanging", { acts: [late], faults: [{ ...always(48 * hour), kind: "hanging", service: "prod-mcp-s1" }] }),
    plot("F3c draining", {
      acts: [late],
      faults: [{ ...always(48 * hour), kind: "draining", service: "prod-mcp-s1" }],
    }),
    plot("F3d", { splunk: { tags: 50 }, acts: [put(10 * minute, "refused")] }),
  ];
}

function blames(): readonly Plot[] {
  const seeds = [1, 2, 3, 4, 5, 6];
  const broken = (at: number): Act => ({ at, kind: "deploy", service: "prod-mcp-s1", image: "broken" });
  return [
    ...seeds.map((seed) => ({
      ...plot(`F5a ${seed}`, { services: 4, nature: { boot: 90 * second }, acts: [put(10 * minute, "crash")] }),
      seed,
    })),
    ...([30, 90] as const).map((boot) =>
      plot(`F5b ${boot} s`, { nature: { boot: boot * second }, acts: [broken(50 * second), rotate] }),
    ),
    ...[3, 5].map((minutes) =>
      plot(`F15 ${minutes} min, nothing is left running`, {
        ...{ services: 1, others: [notes], nature: { rollback: "same" } },
        acts: [put(4 * minute, "crash"), { at: 14 * minute, kind: "put", secret: "notes", value: "crash" }],
        faults: [{ from: 4.8 * minute, to: (4.8 + minutes) * minute, kind: "down", port: "hec" }],
      }),
    ),
    ...[7, 8, 9].map((minutes) =>
      plot(`F5c ${minutes} min`, { acts: [put(5 * minute, "refused"), broken(minutes * minute)] }),
    ),
  ];
}

function issuers(): readonly Plot[] {
  const pauses = ["none", "zero", "seconds", "date"] as const;
  return [
    plot("F6a", { nature: { making: 58 * second, spreading: 12 * second }, acts: [rotate] }),
    ...[2, 4, 6].map((nodes) =>
      plot(`F6b ${nodes} nodes`, { nature: { nodes, spreading: 5 * minute }, acts: [rotate] }),
    ),
    ...[10, 12, 19].map((seed) => ({
      ...plot(`F6c ${seed}`, { nature: { nodes: 1, spreading: 5 * minute }, acts: [rotate] }),
      seed,
    })),
    plot("F8a", {
      ...{ others: [google], nature: { making: 20 * minute } },
      acts: [rotate, { at: 10 * minute, kind: "put", secret: "google", value: "refused" }],
      faults: [{ ...always(hour), kind: "busy", status: 424, retryAfter: "none", method: "revoking" }],
      prompt: { secret: "google", by: 10 * minute + 5 * minute + 2 * minute + 3 * minute },
    }),
    plot("F8b", {
      acts: [put(5.5 * minute, "refused"), put(8.5 * minute, "previous")],
      faults: [
        { from: 0, to: 9 * minute, kind: "events", how: "lost" },
        { from: 6 * minute, to: 8 * minute, kind: "flaky", service: "prod-mcp-s0" },
        { from: 6 * minute, to: 8 * minute, kind: "flaky", service: "prod-mcp-s1" },
      ],
    }),
    ...([429, 503] as const).flatMap((status) =>
      pauses.map((retryAfter) =>
        plot(`F9 ${status} ${retryAfter}`, {
          acts: [rotate],
          faults: [{ ...always(6 * hour), kind: "busy", status, retryAfter, method: "any" }],
        }),
      ),
    ),
  ];
}

function leftovers(): readonly Plot[] {
  return [
    ...[2, 3, 4].map((minutes) =>
      plot(`F10 ${minutes} min`, { nature: { making: 5 * minute }, acts: [rotate, put(minutes * minute, "good")] }),
    ),
    plot("F13", {
      others: [notes],
      acts: [{ at: 5 * minute, kind: "put", secret: "notes", value: "good" }],
    }),
    ...[2, 20, 60].map((seconds) =>
      plot(`F14a ${seconds} s`, { acts: [put(5 * minute, "good"), put(5 * minute + seconds * second, "good")] }),
    ),
    ...Array.from({ length: 14 }, (_, place) => place * 10).map((seconds) =>
      plot(`F14b ${seconds} s`, {
        nature: { draining: 120 * second },
        acts: [rotate, { at: 30 * second + seconds * second, kind: "remove", service: "prod-mcp-s1" }],
      }),
    ),
    plot("F14c", { splunk: { marks: 17 }, acts: [put(5 * minute, "refused")] }),
  ];
}
