import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { align } from "#rotation/align/align.ts";
import { aliases, placeholder, placeholders } from "./secret.ts";

const names = [
  "endpoint",
  "token",
  "Endpoint",
  " TOKEN ",
  "SPLUNK_HEC_URL",
  "SPLUNK_HEC_TOKEN",
  "splunk_hec_token",
  "OTHER",
];
const paths = [
  "",
  "/",
  "/services/collector",
  "/Services/Collector/event/1.0",
  "/s2s",
  "/raw?token=abc-1",
  "?a=1#b",
  "//x//",
];
const address = fc.tuple(
  fc.constantFrom("https://", "http://", "https:/", "ftp://", "", "//"),
  fc.domain(),
  fc.constantFrom(...paths),
);
const held = fc.oneof(
  address.map((parts) => parts.join("")),
  fc.uuid().map((one) => `Splunk ${one}`),
  fc.constantFrom(
    ...Object.values(placeholders),
    `${placeholder}/`,
    "",
    " ",
    null,
    7,
    false,
    "\"'x'\"",
    "https://u:p@h",
  ),
  fc.string(),
  fc.dictionary(fc.string(), fc.integer()),
);
const secret = fc.dictionary(fc.constantFrom(...names), held);

describe("whatever is aligned", () => {
  it("[ALN-2] is the same when it is aligned again, with its address normalized or as it was", () => {
    fc.assert(
      fc.property(secret, (value) => {
        const once = align(value, aliases, placeholders);
        if (once.kind === "aligned") return;
        expect(align(once.value, aliases, placeholders)).toEqual({ kind: "aligned" });
        const again = align(once.renamed, aliases, placeholders);
        if (again.kind === "change") expect([again.renamed, again.value]).toEqual([once.renamed, once.value]);
      }),
      { numRuns: 500 },
    );
  });

  it("[ALN-2] loses no value that somebody put, but where it says so", () => {
    fc.assert(
      fc.property(secret, (value) => {
        const once = align(value, aliases, placeholders);
        if (once.kind === "aligned") return;
        const kept = JSON.stringify(Object.values(once.renamed));
        for (const [name, one] of Object.entries(value)) {
          const isNothing = one === null || (typeof one === "string" && /^[\s"']*$/.test(one));
          const isSeeded = Object.values(placeholders).some(
            (seeded) => typeof one === "string" && one.startsWith(seeded),
          );
          if (isNothing || isSeeded || once.conflicts.includes(name)) continue;
          const bare = typeof one === "string" ? one.replace(/^splunk /i, "").trim() : one;
          const isThere = kept.includes(JSON.stringify(bare)) || kept.includes(JSON.stringify(bare).slice(1, -1));
          const isRepeated = Object.values(once.value).some(
            (end) => typeof bare === "string" && typeof end === "string" && bare.includes(end),
          );
          expect([name, bare, isThere || isRepeated]).toEqual([name, bare, true]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
