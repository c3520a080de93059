/**
 * Floating point with 64 bits of mantissa, which is what Redis counts with on x86 (`long double`): a number is
 * `mantissa * 2 ** exponent`.
 */
export interface Extended {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const mantissaBits = 64;
const largestExponent = 16_384;
/** What Redis takes for a number at most: MAX_LONG_DOUBLE_CHARS. */
const longestText = 5 * 1024;

/** The number that a text of decimal digits is, and undefined for anything else. Infinity cannot be added. */
export function parseExtended(text: string): Extended | "infinite" | undefined {
  if (text.length >= longestText) return undefined;
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return "infinite";
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,9}))?$/i.exec(text);
  const [, sign, whole = "", fraction = "", power = "0"] = found ?? [];
  if (found === null || whole + fraction === "") return undefined;
  const digits = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  const tens = Number(power) - fraction.length;
  if (digits === 0n) return zero;
  // Far out of range, and powers of ten would take forever.
  if (Math.abs(tens) > 2 * longestText) return undefined;
  const value = tens >= 0 ? rounded(digits * 10n ** BigInt(tens), 1n) : rounded(digits, 10n ** BigInt(-tens));
  return isInRange(value) ? value : undefined;
}

const zero: Extended = { mantissa: 0n, exponent: 0 };

/** Undefined where the sum is out of range. */
export function addExtended(one: Extended, other: Extended): Extended | undefined {
  const exponent = Math.min(one.exponent, other.exponent);
  const scaled = ({ mantissa, exponent: own }: Extended) => mantissa << BigInt(own - exponent);
  const { mantissa, exponent: more } = rounded(scaled(one) + scaled(other), 1n);
  const sum = { mantissa, exponent: more + exponent };
  return isInRange(sum) ? sum : undefined;
}

/** With 17 decimals at most and no zeros at the end, as `%.17Lf` rounds. */
export function formatExtended({ mantissa, exponent }: Extended): string {
  const scale = 10n ** 17n;
  const size = mantissa < 0n ? -mantissa : mantissa;
  const parts =
    exponent >= 0 ? (size << BigInt(exponent)) * scale : divideToEven(size * scale, 1n << BigInt(-exponent));
  const digits = parts.toString().padStart(18, "0");
  const text = `${digits.slice(0, -17)}.${digits.slice(-17)}`.replace(/\.?0+$/, "");
  return mantissa < 0n && text !== "0" ? `-${text}` : text;
}

/** `numerator / denominator` with as many bits of mantissa as there are, ties to even. */
function rounded(numerator: bigint, denominator: bigint): Extended {
  if (numerator === 0n) return zero;
  const size = numerator < 0n ? -numerator : numerator;
  let exponent = bitsOf(size) - bitsOf(denominator) - mantissaBits;
  let mantissa = scaledQuotient(size, denominator, exponent);
  // The quotient has as many bits as wanted, or one more: then it is rounded from the start, and once.
  if (bitsOf(mantissa) > mantissaBits) mantissa = scaledQuotient(size, denominator, ++exponent);
  return { mantissa: numerator < 0n ? -mantissa : mantissa, exponent };
}

function scaledQuotient(size: bigint, denominator: bigint, exponent: number): bigint {
  return exponent >= 0
    ? divideToEven(size, denominator << BigInt(exponent))
    : divideToEven(size << BigInt(-exponent), denominator);
}

function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  return twice > denominator || (twice === denominator && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

function bitsOf(value: bigint): number {
  const hexadecimal = value.toString(16);
  return hexadecimal.length * 4 - Math.clz32(Number.parseInt(hexadecimal.charAt(0), 16)) + 28;
}

function isInRange({ mantissa, exponent }: Extended): boolean {
  return bitsOf(mantissa < 0n ? -mantissa : mantissa) + exponent <= largestExponent;
}
