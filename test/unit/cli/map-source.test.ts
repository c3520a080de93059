import { describe, expect, it } from "vitest";
import { insertEntry, removeEntry } from "../../../packages/cli/add/map-source.ts";

const around = (services: string) =>
  `const x = 1;\nexport default { services: ${services}, other: [x] } satisfies object;\n`;
const entry = "b: {\n  y: 2,\n}";

describe("the map's source", () => {
  it.each([
    ["is empty", around("{}")],
    ["has an entry with a comma", around("{\n    a: { x: 1 }, // why\n  }")],
    ["has an entry without one", around("{\n    // why\n    a: { x: 1 }\n  }")],
    ["has a comment before the comma", around("{\n    a: { x: 1 } /* why */,\n  }")],
    ["ends with a comment", around("{\n    a: { x: 1 },\n    // why\n  }")],
    ["ends with several", around("{\n    a: { x: 1 } // of a\n\n    // why\n    /* and\n    why */\n  }")],
    ["ends with a spread", around("{\n    a: { x: 1 },\n    ...more, // why\n  }")],
    ["quotes its keys", around('{\n    "a": { "x": 1 }\n  }')],
    ["is one line with a comment", around("{ a: { x: 1 } /* why */ }")],
    ["is a constant", "const services = {\n  a: {},\n};\nexport default defineFleet({ services });\n"],
    [
      "is in a constant",
      "export const map = { services: {\n  a: {},\n} } as const;\nexport default defineFleet(map);\n",
    ],
    ["has another name", "const all = {\n  a: {},\n} satisfies object;\nexport default { 'services': all };\n"],
    ["is written on Windows", around("{\n    a: { x: 1 }, // why\n  }").replaceAll("\n", "\r\n")],
    ["is indented by tabs", around("{\n\t\ta: { x: 1 },\n\t}")],
  ])("takes an entry where the room %s, and gives it back", (_, source) => {
    const more = insertEntry(source, "services", entry);
    expect(more).toMatch(/^\s*b: \{\r?\n\s+y: 2,\r?\n\s*\},\r?\n/m);
    expect(more.replaceAll("\r\n", "")).not.toMatch(source.includes("\r") ? /\n/ : /\r/);
    const back = removeEntry(more, "services", "b");
    // But for a comma behind what was the last one, and the place of a brace.
    const bare = (text: string) => text.replaceAll(/[\s,]/g, "");
    expect(bare(back)).toBe(bare(source));
    expect(insertEntry(back, "services", entry)).toBe(more);
  });

  it.each([
    ["{ a: { x: 1 } }", "{ a: { x: 1 }, b: { y: 2, z: [1, 2], w: {} } }"],
    ["{ a: { x: 1 }, }", "{ a: { x: 1 }, b: { y: 2, z: [1, 2], w: {} }, }"],
    ['{"a":{"x":1}}', '{"a":{"x":1}, b: { y: 2, z: [1, 2], w: {} }}'],
  ])("that has a room in one line, %s, has the entry in that line", (services, more) => {
    const source = around(services);
    const added = insertEntry(source, "services", "b: {\n  y: 2,\n  z: [\n    1,\n    2,\n  ],\n  w: {},\n}");
    expect(added).toBe(around(more));
    expect(removeEntry(added, "services", "b")).toBe(source);
  });

  it.each([
    [
      "in a line of its own, with its comments",
      "\n  a: 1, // of a\n  // of b\n  /* too */\n  b: 2, // b\n  c: 3,\n",
      "\n  a: 1, // of a\n  c: 3,\n",
    ],
    ["below a heading", "\n  a: 1,\n\n  // Others\n\n  b: 2,\n\n  c: 3,\n", "\n  a: 1,\n\n  // Others\n\n  c: 3,\n"],
    ["in a line with others", " a: 1, b: 2, c: 3 ", " a: 1, c: 3 "],
    ["at the end of a line", "\n  a: 1, b: 2,\n  c: 3,\n", "\n  a: 1, \n  c: 3,\n"],
    ["before a comma of its own line", "\n  a: 1\n  , b: 2\n  , c: 3\n", "\n  a: 1\n  , c: 3\n"],
    ["with a comment inside its comma", "\n  a: 1,\n  b: 2 /* b */,\n  c: 3,\n", "\n  a: 1,\n  c: 3,\n"],
    ["that is a constant", "\n  a,\n  b,\n  c,\n", "\n  a,\n  c,\n"],
  ])("loses an entry %s, and nothing else", (_, services, left) => {
    expect(removeEntry(around(`{${services}}`), "services", "b")).toBe(around(`{${left}}`));
  });

  it.each([
    "import { services } from './x.ts'; export default { services };",
    "export default { services: make() };",
    "export default { ...base };",
    'export { default } from "./notes.ts";',
    "const a = b; const b = a; export default a;",
    "export default 1",
  ])("is left alone where the room is not written out: %s", (source) => {
    expect(() => insertEntry(source, "services", "b: {}")).toThrow("by hand");
  });
});
