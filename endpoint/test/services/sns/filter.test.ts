import { describe, expect, it } from "vitest";
import { attributesAsDocument, matchesPolicy } from "#endpoint/services/sns/filter.ts";

describe("filter policies", () => {
  const document = {
    store: "example_corp",
    price: 210,
    events: ["created", "shipped"],
    source: "10.0.0.7",
    nested: { items: [{ id: 1 }, { id: 2 }] },
  };
  it.each([
    ["an exact value", { store: ["example_corp"] }, true],
    ["another value", { store: ["other"] }, false],
    ["any of several", { store: ["other", "example_corp"] }, true],
    ["every key", { store: ["example_corp"], price: [1] }, false],
    ["a number, not its text", { price: ["210"] }, false],
    ["one element of a list", { events: ["shipped"] }, true],
    ["anything but", { store: [{ "anything-but": ["other"] }] }, true],
    ["anything but itself", { store: [{ "anything-but": "example_corp" }] }, false],
    ["anything but a prefix", { store: [{ "anything-but": { prefix: "exam" } }] }, false],
    ["anything but, of a missing key", { missing: [{ "anything-but": ["x"] }] }, false],
    ["prefix", { store: [{ prefix: "example" }] }, true],
    ["suffix", { store: [{ suffix: "corp" }] }, true],
    ["wildcard, other characters literally", { store: [{ wildcard: "ex*_c*" }] }, true],
    ["wildcard that does not fit", { store: [{ wildcard: "ex*.c*" }] }, false],
    ["equals-ignore-case", { store: [{ "equals-ignore-case": "EXAMPLE_corp" }] }, true],
    ["a range", { price: [{ numeric: [">", 100, "<=", 210] }] }, true],
    ["outside a range", { price: [{ numeric: [">", 210] }] }, false],
    ["cidr", { source: [{ cidr: "10.0.0.0/24" }] }, true],
    ["outside a cidr", { source: [{ cidr: "10.0.1.0/24" }] }, false],
    ["exists", { store: [{ exists: true }] }, true],
    ["does not exist", { missing: [{ exists: false }] }, true],
    ["exists nevertheless", { store: [{ exists: false }] }, false],
    ["a key within a list of objects", { nested: { items: { id: [2] } } }, true],
    ["or", { $or: [{ store: ["other"] }, { price: [210] }] }, true],
    ["or, neither", { $or: [{ store: ["other"] }, { price: [1] }] }, false],
  ])("matches %s", (_name, policy, expected) => {
    expect(matchesPolicy(policy, document)).toBe(expected);
  });

  it("reads numbers and lists from message attributes, and leaves binary ones out", () => {
    expect(
      attributesAsDocument({
        level: { type: "Number", value: "3" },
        tags: { type: "String.Array", value: '["a","b"]' },
        blob: { type: "Binary", value: "AAAA" },
      }),
    ).toEqual({ level: 3, tags: ["a", "b"] });
  });
});
