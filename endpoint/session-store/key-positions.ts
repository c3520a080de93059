import type { KeyPositions, SingleCommand } from "./model.ts";

export const oneKey: KeyPositions = [1, 1, 1];
export const allKeys: KeyPositions = [1, -1, 1];
export const pairs: KeyPositions = [1, -1, 2];

/** The keys among the arguments of a request, whose first word is the command. */
export function keysIn({ keys }: SingleCommand, args: readonly string[]): readonly string[] {
  if (keys === undefined) return [];
  const [first, last, step] = keys;
  const end = last < 0 ? args.length + 1 + last : last;
  return args.filter((_, index) => index + 1 >= first && index + 1 <= end && (index + 1 - first) % step === 0);
}
