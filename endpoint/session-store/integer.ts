import { CommandError } from "./errors.ts";

export const largest = 2n ** 63n - 1n;
export const smallest = -(2n ** 63n);

/** A 64-bit integer as Redis reads one: no plus sign, no leading zero, no space. */
export function integerOf(text: string): bigint | undefined {
  if (text.length > 20 || !/^(?:0|-?[1-9]\d*)$/.test(text)) return undefined;
  const value = BigInt(text);
  return value >= smallest && value <= largest ? value : undefined;
}

export function parseInteger(text: string, problem = "value is not an integer or out of range"): bigint {
  const value = integerOf(text);
  if (value === undefined) throw new CommandError(`ERR ${problem}`);
  return value;
}

export function addIntegers(value: bigint, increment: bigint): bigint {
  const sum = value + increment;
  if (sum > largest || sum < smallest) throw new CommandError("ERR increment or decrement would overflow");
  return sum;
}
