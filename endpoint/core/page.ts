import type { AwsError } from "./errors.ts";

export interface Page<T> {
  readonly items: readonly T[];
  /** The token of the next page, where there is one. */
  readonly next: string | undefined;
}

const mark = "page:";

/**
 * A page of a list. Its token says where the next one starts, and is opaque as on AWS: any other text, a number
 * included, throws what the service answers.
 */
export function pageOf<T>(
  items: readonly T[],
  size: number,
  token: string | null | undefined,
  refusal: () => AwsError,
): Page<T> {
  const start = token ? startOf(token) : 0;
  if (start === undefined) throw refusal();
  const end = start + size;
  return { items: items.slice(start, end), next: end < items.length ? tokenFor(end) : undefined };
}

export function tokenFor(place: number): string {
  return Buffer.from(`${mark}${place}`).toString("base64url");
}

export function startOf(token: string): number | undefined {
  const text = Buffer.from(token, "base64url").toString();
  const place = text.startsWith(mark) ? text.slice(mark.length) : "";
  return /^\d{1,15}$/.test(place) ? Number(place) : undefined;
}
