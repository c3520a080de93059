import { second } from "./time.ts";

/** Hours, minutes and seconds of a plot. */
export function clockOf(at: number): string {
  const seconds = Math.floor(at / second);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
