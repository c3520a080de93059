import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Advisory, judgeByAudit, judgeByList, known, listShipped } from "../../advisories.ts";

const shipped = listShipped(readFileSync(new URL("../../../package-lock.json", import.meta.url), "utf8"));
const advisory: Advisory = { id: "GHSA-1", package: "qs", fixedIn: "6.16.0", read: "2026-11-01" };
const soon = Date.parse("2026-11-02");

describe("an advisory", () => {
  it("in the list is against nothing that is deployed", () => {
    expect(shipped.map(({ name }) => name)).toContain("express");
    expect(shipped.map(({ name }) => name)).not.toContain("vitest");
    expect(judgeByList(known, shipped, Date.parse(known[0]?.read ?? ""))).toEqual([]);
  });

  it.each([
    ["6.15.10", 1],
    ["6.16.0", 0],
    ["6.16.0-rc.1", 0],
    ["7.0.0", 0],
    ["5.99.99", 1],
  ])("is held against version %s %i times", (version, times) => {
    expect(judgeByList([advisory], [{ name: "qs", version }], soon)).toHaveLength(times);
  });

  it("is not held against a package while accepted, until that is old", () => {
    const list = [{ ...advisory, accepted: "Nobody here calls qs.stringify." }];
    const old = [{ name: "qs", version: "6.0.0" }];
    expect(judgeByList(list, old, soon)).toEqual([]);
    expect(judgeByList(list, old, Date.parse("2027-02-01"))).toEqual([expect.stringContaining("over 90 days ago")]);
  });

  it("comes from a registry, and from the list only if none answers", () => {
    const via = [{ title: "Slow", url: "https://github.com/advisories/GHSA-1" }, "other"];
    const answer = JSON.stringify({ vulnerabilities: { qs: { via } } });
    expect(judgeByAudit([], answer)).toEqual(["qs: Slow (https://github.com/advisories/GHSA-1)"]);
    expect(judgeByAudit([{ ...advisory, accepted: "…" }], answer)).toEqual([]);
    expect(judgeByAudit([], '{"message":"405 Method Not Allowed","statusCode":405}')).toBeUndefined();
    expect(judgeByAudit([], "")).toBeUndefined();
  });
});
