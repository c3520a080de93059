import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AwsError } from "#endpoint/core/errors.ts";
import {
  type Change,
  CURRENT,
  holderOf,
  moveLabel,
  PENDING,
  PREVIOUS,
  putValue,
  trimmed,
  type Versions,
} from "#endpoint/services/secretsmanager/versions.ts";

const arn = "arn:aws:secretsmanager:us-east-1:573946584375:secret:x-AbCdEf";
const text = (value: string) => ({ kind: "text", text: value }) as const;

type Command =
  | { readonly kind: "put"; readonly id: string; readonly value: string; readonly stages: readonly string[] }
  | {
      readonly kind: "move";
      readonly label: string;
      readonly to: string | undefined;
      readonly from: string | undefined;
    };

const id = fc.constantFrom("a", "b", "c", "d");
const label = fc.constantFrom(CURRENT, PENDING, "candidate");
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    kind: fc.constant("put" as const),
    id,
    value: fc.constantFrom("one", "two"),
    stages: fc.uniqueArray(label, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({
    kind: fc.constant("move" as const),
    label,
    to: fc.option(id, { nil: undefined }),
    from: fc.option(id, { nil: undefined }),
  }),
);

/** The change, or nothing where AWS refuses. */
function apply(versions: Versions, one: Command, at: number): Change | undefined {
  try {
    return one.kind === "put"
      ? putValue(versions, { id: one.id, value: text(one.value), stages: one.stages, at }, arn)
      : moveLabel(versions, one);
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

describe("the versions of a secret", () => {
  it("keep every label on one version at most, and AWSCURRENT on exactly one once there is a value", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const first = putValue([], { id: "first", value: text("v"), stages: [CURRENT], at: 0 }, arn).versions;
        commands.reduce<Versions>((versions, one, at) => {
          const after = apply(versions, one, at)?.versions ?? versions;
          const labels = after.flatMap((version) => version.stages);
          expect(new Set(labels).size).toBe(labels.length);
          expect(labels).toContain(CURRENT);
          const before = holderOf(versions, CURRENT)?.id;
          if (holderOf(after, CURRENT)?.id !== before) expect(holderOf(after, PREVIOUS)?.id).toBe(before);
          return after;
        }, first);
      }),
    );
  });

  it("never change a value once it is written", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        commands.reduce<Versions>((versions, one, at) => {
          const after = apply(versions, one, at)?.versions ?? versions;
          for (const version of versions)
            expect(after.find((same) => same.id === version.id)?.value).toEqual(version.value);
          return after;
        }, []);
      }),
    );
  });

  it("treat a repeated request as done", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), command, (commands, last) => {
        const versions = commands.reduce<Versions>((state, one, at) => apply(state, one, at)?.versions ?? state, []);
        const once = apply(versions, last, 100);
        if (once === undefined || last.kind !== "put") return;
        expect(apply(once.versions, last, 101)).toEqual({ versions: once.versions, moves: [] });
      }),
    );
  });

  it("drop deprecated versions beyond a hundred, and none younger than a day", () => {
    const day = 86_400_000;
    const many = Array.from({ length: 150 }, (_, n) => n).reduce<Versions>(
      (versions, n) => putValue(versions, { id: `${n}`, value: text(`${n}`), stages: [CURRENT], at: n }, arn).versions,
      [],
    );
    expect(trimmed(many, day - 1)).toHaveLength(150);
    const left = trimmed(many, 2 * day);
    expect(left).toHaveLength(100);
    expect(left.at(-1)?.stages).toEqual([CURRENT]);
  });
});
