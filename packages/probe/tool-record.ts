import { createHash } from "node:crypto";
import * as v from "valibot";
import { clip } from "#chat/text/clip.ts";
import type { ListedTool } from "./reading.ts";

/** What is remembered of each tool, by name: enough to tell that it changed. */
export const ToolRecord = v.record(v.string(), v.object({ description: v.string(), shape: v.string() }));
export type ToolRecord = Readonly<v.InferOutput<typeof ToolRecord>>;

/** An item of DynamoDB has 400 KB; names are longer than this only to be a nuisance. */
const mostTools = 1_500;
const longestName = 128;

/** The first tools by name, so that those beyond the most are at least always the same ones. */
export function recordTools(tools: readonly ListedTool[]): ToolRecord {
  const sorted = tools.toSorted((one, other) => (one.name < other.name ? -1 : 1)).slice(0, mostTools);
  return Object.fromEntries(
    sorted.map(({ name, description, shape }) => [
      clip(name, longestName),
      { description: digest(description), shape: digest(shape) },
    ]),
  );
}

/** Of all tools, so that a round compares one text a service. */
export function digestOf(record: ToolRecord): string {
  return digest(JSON.stringify(Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1))));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}

export interface ToolChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** What a model reads to decide whether, and how, it calls the tool. */
  readonly described: readonly string[];
  readonly shaped: readonly string[];
}

export function changesBetween(before: ToolRecord, after: ToolRecord): ToolChanges {
  const kept = Object.entries(after).flatMap(([name, is]) => {
    const was = before[name];
    return was === undefined ? [] : [{ name, was, is }];
  });
  return {
    added: Object.keys(after).filter((name) => !Object.hasOwn(before, name)),
    removed: Object.keys(before).filter((name) => !Object.hasOwn(after, name)),
    described: kept.filter(({ was, is }) => was.description !== is.description).map(({ name }) => name),
    shaped: kept
      .filter(({ was, is }) => was.description === is.description && was.shape !== is.shape)
      .map(({ name }) => name),
  };
}
