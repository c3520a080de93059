import { describe, expect, it } from "vitest";
import { readBlocks } from "../../docs/blocks.ts";
import { commandsOf, exportsOf, fleetWords } from "../../docs/commands.ts";
import { listDocuments, readDocument } from "../../docs/files.ts";
import { insertEntry } from "../../docs/map-source.ts";

const fenced = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`;

describe("a fenced block", () => {
  it("is read with its place, its language and what stands above it", () => {
    const markdown = `# Title\n\n${fenced("bash", "./fleet status")}\n1. Step\n\n   \`\`\`ts\n   a: {\n     b\n   \`\`\`\n`;
    expect(readBlocks("a.md", markdown)).toEqual([
      { file: "a.md", line: 3, language: "bash", text: "./fleet status", treatment: { kind: "run", exitCode: 0 } },
      { file: "a.md", line: 9, language: "ts", text: "a: {\n  b", treatment: { kind: "run", exitCode: 0 } },
    ]);
  });

  it.each([
    ["<!-- not run here: needs Docker -->", { kind: "excused", reason: "needs Docker" }],
    ["<!-- exits with 1 -->", { kind: "run", exitCode: 1 }],
  ])("is treated as %s says", (comment, treatment) => {
    expect(readBlocks("a.md", `${comment}\n${fenced("bash", "x")}`)).toMatchObject([{ treatment }]);
  });

  it.each([
    ["an excuse without a reason", `<!-- not run here: -->\n${fenced("bash", "x")}`, "a.md:1: an excuse without"],
    ["an excuse of another form", `<!-- not run: Docker -->\n${fenced("bash", "x")}`, "a.md:1: an excuse without"],
    [
      "an excuse above no block",
      "<!-- not run here: needs Docker -->\n\nText.\n",
      "a.md:1: this comment stands above no",
    ],
    ["no language", fenced("", "x"), "a.md:1: a block in no language"],
    ["a language that no test knows", fenced("sh", "x"), "a.md:1: a block in sh"],
    ["no end", "```bash\nx\n", "a.md:1: this block has no end"],
    ["indentation in place of a fence", "Text:\n\n    ./fleet status\n", "a.md:3: an indented block"],
    ["the same in a list", "1. Step\n\n       ./fleet status\n", "a.md:3: an indented block"],
  ])("is refused for %s", (_what, markdown, problem) => {
    expect(() => readBlocks("a.md", markdown)).toThrow(problem);
  });

  it("is of one of these forms in every document", () => {
    const blocks = listDocuments().flatMap((file) => readBlocks(file, readDocument(file)));
    expect(blocks.length).toBeGreaterThan(40);
  });
});

describe("the commands of a block", () => {
  it("are joined over lines, and read without comments", () => {
    const text = "# first\naws ecs a \\\n  --b 'c # d'   # e\n\nx=$(y \\\n  z)\ncurl -d '{\n\"a\":1}'\n";
    expect(commandsOf(text)).toEqual(["aws ecs a --b 'c # d'", "x=$(y z)", "curl -d '{\n\"a\":1}'"]);
  });

  it.each([
    ["./fleet logs google --follow", ["logs", "google", "--follow"]],
    ["./fleet status | head", undefined],
    ["aws ecs list-tasks", undefined],
  ])("are plain fleet commands or not: %s", (command, words) => {
    expect(fleetWords(command)).toEqual(words);
  });

  it("set what they export", () => {
    expect(exportsOf(["export A=b C=http://d:1", "echo E=f"])).toEqual({ A: "b", C: "http://d:1" });
  });
});

describe("an entry of the map", () => {
  const source = [
    "  stages: {",
    '    prod: { account: "1" },',
    "  },",
    "  services: {",
    "    google: {",
    '      host: "a",',
    "    },",
    "    other: {",
    '      host: "o",',
    "    },",
    "  },",
    "",
  ].join("\n");

  it("comes first in its room", () => {
    expect(insertEntry(source, 'slack: {\n  host: "s",\n},')).toContain(
      '  services: {\n    slack: {\n      host: "s",\n    },\n    google: {',
    );
  });

  it.each([
    ['google: {\n  host: "b",\n},', '"a"', '    google: {\n      host: "b",\n    },\n    other: {'],
    ['prod: {\n  account: "2",\n},', '"1"', '  stages: {\n    prod: {\n      account: "2",\n    },\n  },'],
  ])("takes the place of the one of its name", (entry, gone, changed) => {
    const after = insertEntry(source, entry);
    expect(after).toContain(changed);
    expect(after).not.toContain(gone);
  });

  it("is refused if it belongs nowhere", () => {
    expect(() => insertEntry(source, "x: {\n  y: 1,\n},")).toThrow("This is no entry of a map");
  });
});
