import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Address } from "#rotation/address.ts";
import { askerOf } from "#rotation/ask.ts";
import { readRetryAfter } from "#rotation/http.ts";
import { freshPace, readPace, rested, served, turnOf, writePace } from "#rotation/pace.ts";
import { noted } from "./world/notes.ts";

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 23, 12);

const address = Address.read("https://admin.splunk.test");
if (!(address instanceof Address)) throw new Error("The address is none.");
const acs = { name: "ACS", address, path: "/", serves: [200, 202, 404, 409], needs: 1 } as const;
const hec = { name: "HEC", address, path: "/", serves: [200, 400, 401, 403], needs: "free" } as const;

const retryAfter = fc.oneof(
  fc.constantFrom("0", "-1", "1", "1.5", "1e9", "soon", "", "99999999999"),
  fc.nat({ max: 7_200 }).map(String),
  fc.integer({ min: -hour, max: 40 * hour }).map((ms) => new Date(start + ms).toUTCString()),
);
const anything = fc.record({
  status: fc.constantFrom(200, 202, 404, 424, 429, 403, 500, 503, "none" as const),
  header: fc.option(retryAfter),
});
/** At work, and never done: what one comes back to without end. */
const nothingYet = fc.record({ status: fc.constantFrom(200, 202, 404), header: fc.constant(null) });
const visits = fc.constantFrom(anything, nothingYet).chain((answer) =>
  fc.array(
    fc.record({
      vendor: fc.constantFrom("ACS", "HEC"),
      /** How long somebody waits for a turn, and how long after it they come again. */
      patienceMs: fc.constantFrom(0, 2_500, 20_000, 287_000),
      pauseMs: fc.constantFrom(0, 0, 250, 10_000, 60_000),
      /** The process is another one. */
      isNew: fc.boolean(),
      answer,
    }),
    { minLength: 50, maxLength: 400 },
  ),
);

describe("however a vendor answers, and whoever comes to ask", () => {
  it("[ROT-12] it is asked 60 times in any hour at most, beside proofs that it served", async () => {
    await fc.assert(
      fc.asyncProperty(visits, fc.boolean(), async (all, hasRoom) => {
        let now = start;
        const sleep = async (ms: number) => {
          now += ms;
        };
        const clock = { now: () => now, sleep };
        const tags = noted();
        const full = { ...tags, tag: () => Promise.reject(new Error("The secret has fifty tags.")) };
        const one = hasRoom ? tags : full;
        let next: (typeof all)[number]["answer"] = { status: 200, header: null };
        const counted: number[] = [];
        const fetch = async () => {
          const { status, header } = next;
          if (status === "none") throw new TypeError("fetch failed");
          return new Response("{}", { status, ...(header !== null && { headers: { "retry-after": header } }) });
        };
        let ask = askerOf("secret", { fetch, clock, store: one });
        for (const visit of all) {
          // A process whose notes find no room is all there is to remember.
          if (visit.isNew && hasRoom) ask = askerOf("secret", { fetch, clock, store: { ...tags } });
          next = visit.answer;
          const vendor = visit.vendor === "ACS" ? acs : hec;
          const said = await ask(vendor, {}, now + visit.patienceMs);
          const isFree = vendor === hec && said.kind === "answer" && vendor.serves.some((one) => one === said.status);
          if (said.kind !== "held" && !isFree) counted.push(now);
          now += visit.pauseMs;
        }
        const busiest = counted.map((from) => counted.filter((at) => at >= from && at < from + hour).length);
        expect(Math.max(0, ...busiest)).toBeLessThanOrEqual(60);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a vendor that is busy", () => {
  const answers = (times: number, retryAfterMs = 0) =>
    Array.from({ length: times }).reduce<ReturnType<typeof rested>>(
      (pace) => rested(pace, "ACS", { now: start, why: "429", retryAfterMs }),
      freshPace,
    );
  const pauseAfter = (times: number, retryAfterMs?: number) =>
    turnOf(answers(times, retryAfterMs), "ACS", 1, start) - start;

  it("[ROT-12] is left alone for longer each time, from two seconds to some ten minutes", () => {
    const pauses = [1, 2, 3, 6, 20, 500].map((times) => Math.round(pauseAfter(times) / 1_000));
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses[0]).toBeGreaterThanOrEqual(2);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(600);
    expect(pauses.at(-1)).toBeLessThanOrEqual(750);
  });

  it("[ROT-12] gets the pause that it asks for, up to an hour and a quarter, and never less than its own", () => {
    expect(pauseAfter(1, 90_000)).toBeGreaterThanOrEqual(90_000);
    expect(pauseAfter(9, 1)).toBeGreaterThan(500_000);
    expect(pauseAfter(1, 1e15)).toBeLessThanOrEqual(1.25 * hour);
  });

  it("[ROT-12] holds up no other vendor, and is asked at once when it has served", () => {
    expect(turnOf(answers(9), "HEC", 1, start)).toBe(start);
    expect(turnOf(served(answers(9), "ACS"), "ACS", 1, start)).toBe(start);
  });

  it("[ROT-12] is remembered in a tag, whatever somebody made of it", () => {
    const pace = rested(answers(3), "HEC", { now: start, why: "ENOTFOUND", retryAfterMs: 0 });
    const text = writePace(pace);
    expect(readPace(text)).toEqual(pace);
    expect(text).toMatch(/^[\w .:/=+\-@]{1,256}$/);
    for (const odd of ["", "soon", `${text} ACS`, "2026-11-23T12:00:00.000Z ACS soon many 429"]) {
      expect(turnOf(readPace(odd), "splunkd", 1, start)).toBe(start);
    }
  });
});

describe("Retry-After", () => {
  it.each([
    ["120", 120_000],
    ["0", 0],
    ["1.5", 1_500],
    ["-5", 0],
    ["", 0],
    ["soon", 0],
    [new Date(start + 90_000).toUTCString(), 90_000],
    [new Date(start - 90_000).toUTCString(), 0],
  ])("[ROT-12] %j is understood", (header, expected) => {
    expect(readRetryAfter(new Headers({ "retry-after": header }), start)).toBe(expected);
  });

  it("[ROT-12] a date counts from the vendor's own clock, not from ours", () => {
    const [sent, again] = [start + 5 * hour, start + 5 * hour + 60_000].map((at) => new Date(at).toUTCString());
    const headers = new Headers({ "retry-after": again ?? "", date: sent ?? "" });
    expect(readRetryAfter(headers, start)).toBe(60_000);
  });
});
