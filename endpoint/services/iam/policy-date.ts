const iso =
  /^[-+]?\d+(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?(?:[Tt](?:\d{1,2}(?::\d{1,2}(?::\d{1,2}(?:\.\d{1,9})?)?)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/;
const longest = 2n ** 63n;

/** A date in a condition: ISO 8601, in whole or in part, or milliseconds since the epoch, which Java has as a long. */
export function isDateValue(text: string): boolean {
  if (!iso.test(text)) return false;
  if (!/^[-+]?\d+$/.test(text)) return true;
  const milliseconds = BigInt(text.replace(/^\+/, ""));
  return milliseconds < longest && milliseconds >= -longest;
}
