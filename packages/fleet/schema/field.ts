import * as v from "valibot";
import { expectation } from "../expectation.ts";
import { didYouMean } from "../nearest.ts";
import { regions } from "../region.ts";

/** https://www.rfc-editor.org/rfc/rfc1123#section-2.1 */
export const dnsLabel = matching(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "a DNS label: a-z, 0-9 and -, not at the ends, 1 to 63 characters",
  'Choose a plain label such as "slack".',
);
export const domain = matching(
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "a domain name in lower case, such as example.com, at most 253 characters",
  "Write the bare domain, without scheme, port or final dot.",
);
export const region = v.picklist(
  regions,
  expectation(
    "a region of AWS, such as us-east-1 or eu-central-1",
    "Correct it, or add a region that is newer than the list in packages/fleet/region.ts.",
  ),
);

export function whole(from: number, to: number, what: string, remedy: string) {
  const message = expectation(`a whole number from ${from} to ${to}${what}`, remedy);
  return v.pipe(v.number(message), v.integer(message), v.minValue(from, message), v.maxValue(to, message));
}

export const variableName = matching(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  "a name of an environment variable",
  "Use letters, digits and _.",
);

/** A text of a certain form; a value that is not a text gets the same message. */
export function matching(form: RegExp, allowed: string, remedy: string, also: (text: string) => boolean = () => true) {
  const message = expectation(allowed, remedy);
  return v.pipe(v.string(message), v.regex(form, message), v.check(also, message));
}

export function filled(allowed: string, remedy: string) {
  return matching(/\S/, allowed, remedy);
}

/** An object by names. */
export function named<Key extends v.GenericSchema<string, string>, Value extends v.GenericSchema>(
  key: Key,
  value: Value,
  what: string,
) {
  const message = expectation(`an object: each ${what} by name`, "Write { name: … }.");
  return v.pipe(
    v.custom<Record<string, unknown>>((input) => isObject(input) && !Array.isArray(input), message),
    v.record(key, value, message),
  );
}

/** An object by names, at least one. */
export function some<Key extends v.GenericSchema<string, string>, Value extends v.GenericSchema>(
  key: Key,
  value: Value,
  what: string,
) {
  const message = expectation(`an object with at least one ${what}`, `Add a ${what}: { name: … }.`);
  return v.pipe(named(key, value, what), v.minEntries(1, message));
}

/** A list of at least one, each once. */
export function list<Item extends v.GenericSchema>(item: Item, what: string) {
  const message = expectation(`a list of ${what}, at least one and each once`, `Write [ … ] with ${what}, each once.`);
  return v.pipe(
    v.array(item, message),
    v.minLength(1, message),
    v.check((items) => new Set(items.map((one) => JSON.stringify(one))).size === items.length, message),
  );
}

/** For a field of two shapes, distinguished by a key, so that mistakes within one of them are reported. */
export function means(value: unknown, key: string): boolean {
  return isObject(value) && Object.keys(value).some((name) => name === key || didYouMean(name, [key]) !== "");
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

export const timeZones = "an IANA time zone, such as Europe/Berlin or UTC";

export const timeZone = v.pipe(v.string(), v.check(isTimeZone, expectation(timeZones, "Correct its spelling.")));

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
