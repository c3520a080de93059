import { describe, expect, it } from "vitest";
import { createProgram } from "#cli/program.ts";
import { alarmNames, rateNames } from "#fleet";
import { readBlocks } from "../../docs/blocks.ts";
import { commandsOf } from "../../docs/commands.ts";
import { listDocuments, readDocument, root } from "../../docs/files.ts";
import { anchorsOf, brokenLinks } from "../../docs/links.ts";
import { terminal } from "../../fixture/terminal.ts";

const documents = listDocuments();

describe("TypeScript", () => {
  it("[STR-6] runs by `npx node` alone: the machine's own Node may be too old for it", () => {
    const bare = documents.flatMap((file) =>
      readBlocks(file, readDocument(file))
        .filter(({ language }) => language === "bash")
        .flatMap(({ text }) => commandsOf(text))
        .filter((command) => /(?<!npx )\bnode \S+\.ts\b/.test(command)),
    );
    expect(bare).toEqual([]);
  });
});

describe("links", () => {
  it.each(documents)("of %s lead to files and headings that exist", (file) => {
    expect(brokenLinks(root, file, readDocument)).toEqual([]);
  });

  it("to nowhere are found, also those to a heading", () => {
    const read = (file: string) => (file === "README.md" ? "# Read `me`, please\n" : "");
    const text = "[a](none.md) [b](../README.md#read-me-please) [c](../README.md#other) [d](#here)\n\n## Here\n";
    const found = brokenLinks(root, "docs/aws.md", (file) => (file === "docs/aws.md" ? text : read(file)));
    expect(found).toEqual(["none.md", "../README.md#other"]);
  });

  it("name headings as GitHub does", () => {
    expect([...anchorsOf("# A `b`: c, d\n## What CloudFormation can't\n## A b c d\n")]).toEqual([
      "a-b-c-d",
      "what-cloudformation-cant",
      "a-b-c-d-1",
    ]);
  });
});

/** Lines a reader would paste, in blocks and in sentences, without what stands behind a `#`. */
const commands = documents.flatMap((file) =>
  [...readDocument(file).matchAll(/\.\/fleet ([a-z][^`\n#)|>]*)/g)].map(([, words = ""]) => words.trim()),
);

describe("the commands that the documents name", () => {
  it.each([...new Set(commands)])("fleet %s is a command as written", async (line) => {
    let ran = 0;
    const count = async () => {
      ran += 1;
    };
    const program = createProgram({ onStage: count, onPlan: count, onProject: count }, terminal);
    const words = line.replaceAll(/…/g, "WORD").split(/\s+/);
    if (words[0] === "help" || words[0] === "completion") ran += 1;
    else await program.parseAsync(words, { from: "user" });
    expect(ran).toBe(1);
  });

  it("are looked for in more than the runbook", () => expect(commands.length).toBeGreaterThan(40));
});

describe("the runbook", () => {
  it("has a section for each alarm, where the alarm's description sends its reader", () => {
    const runbook = readDocument("docs/runbook.md");
    for (const name of [...alarmNames, ...rateNames]) expect(runbook).toMatch(new RegExp(`^### ${name}$`, "m"));
  });
});
