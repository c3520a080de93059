import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { cardOf } from "#chat/card/card.ts";
import { noFindings } from "#chat/card/enrichment.ts";
import { decide } from "#chat/decide/decide.ts";
import { groupOf } from "#chat/decide/route.ts";
import { headlineOf } from "#chat/incident/headline.ts";
import { parse } from "#chat/parse/index.ts";
import { emptyRecord } from "#chat/record/record.ts";

const Case = v.pipe(v.string(), v.parseJson(), v.object({ body: v.unknown(), expect: v.unknown() }));
const folder = join(import.meta.dirname, "corpus");
const corpus = readdirSync(folder).map((file) => {
  const { body, expect: expected } = v.parse(Case, readFileSync(join(folder, file), "utf8"));
  return { name: file.replace(".json", ""), body: JSON.stringify(body), expected };
});
const at = Date.parse("2026-09-23T20:03:00Z");
const place = { stage: "prod", region: "us-east-1" };

/** As far as a message goes without a chat: read, decided, made a card. */
function cardFor(body: string) {
  const parsed = parse(body, at);
  if (parsed.kind !== "incident") return parsed.kind;
  const policy = { now: at, repeatAfterMs: 1, isMuted: () => false, endingOf: () => undefined, isRouted: () => true };
  const { message } = decide(emptyRecord, [parsed.incident], policy);
  return message === undefined ? "silent" : cardOf(message, groupOf(parsed.incident), noFindings, place, at);
}

describe("what arrives", () => {
  it.each(corpus)("[CHAT-1] [CHAT-4] is understood: $name", ({ body, expected }) => {
    const parsed = parse(body, at);
    if (parsed.kind !== "incident") return expect(parsed.kind).toBe(expected);
    const { phase, severity, service = null } = parsed.incident;
    expect({ phase, service, severity, headline: headlineOf(parsed.incident) }).toEqual(expected);
  });

  it("[CHAT-3] is the same change, whichever road brings it", () => {
    const topic = corpus.find(({ name }) => name === "percentile")?.body ?? "";
    const event = corpus.find(({ name }) => name === "event")?.body.replaceAll("latencyP99", "latencyP95") ?? "";
    const changes = [topic, event].map((body) => {
      const parsed = parse(body, at);
      return parsed.kind === "incident" ? parsed.incident.change : parsed.kind;
    });
    expect(changes[0]).toBe(changes[1]);
  });

  it("[CHAT-3] is never lost and never a crash, however it was mutilated", () => {
    const mutilated = fc
      .tuple(fc.constantFrom(...corpus.map(({ body }) => body)), fc.nat(), fc.nat(200), fc.string())
      .map(([body, from, length, filling]) => {
        const start = from % (body.length + 1);
        return body.slice(0, start) + filling + body.slice(start + length);
      });
    fc.assert(
      fc.property(mutilated, (body) => {
        const card = cardFor(body);
        if (typeof card !== "string") expect(card.title.length).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it("[CHAT-3] is never lost when a field has another type, or is gone", () => {
    const paths = (value: unknown, path: readonly string[] = []): string[][] =>
      typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...paths(inner, [...path, key])])
        : [];
    const replaced = (value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown => {
      if (key === undefined) return by;
      if (typeof value !== "object" || value === null) return value;
      return { ...value, [key]: replaced(Object.entries(value).find(([name]) => name === key)?.[1], rest, by) };
    };
    const messages = corpus.map(({ body }) => v.parse(v.pipe(v.string(), v.parseJson()), body));
    const odd = fc.constantFrom(undefined, null, 0, "", [], {}, true, "x".repeat(5_000));
    fc.assert(
      fc.property(fc.constantFrom(...messages), fc.nat(), odd, (message, pick, by) => {
        const all = paths(message);
        const changed = JSON.stringify(replaced(message, all[pick % all.length] ?? [], by)) ?? "";
        const card = cardFor(changed);
        if (typeof card !== "string") expect(card.title.length).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ["a list", "[".repeat(100_000), "]".repeat(100_000)],
    ["an object", `${'{"a":'.repeat(40_000)}1`, "}".repeat(40_000)],
  ])("[CHAT-3] is no crash when it is %s as deep as a message can be", (_, opening, closing) => {
    const Message = `${opening}${closing}`;
    for (const body of [JSON.stringify({ Type: "Notification", Message }), `{"detail-type":"x","detail":${Message}}`]) {
      expect(cardFor(body)).toMatchObject({ title: expect.stringMatching(/./) });
    }
  });

  it("[SEC-5] shows no credential that a message quotes", () => {
    const card = cardFor(corpus.find(({ name }) => name === "plain-text")?.body ?? "");
    expect(JSON.stringify(card)).toContain("disk of the old wiki");
    expect(JSON.stringify(card)).not.toContain("abcd1234efgh");
  });
});
