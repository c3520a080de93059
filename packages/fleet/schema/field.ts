import * as v from "valibot";
import { expectation } from "../expectation.ts";

/** https://www.rfc-editor.org/rfc/rfc1123#section-2.1 */
export const dnsLabel = v.pipe(
  v.string(),
  v.regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    expectation(
      "a DNS label: a-z, 0-9 and -, not at the ends, 1 to 63 characters",
      'Choose a plain label such as "slack".',
    ),
  ),
);
export const domain = v.pipe(
  v.string(),
  v.regex(
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    expectation(
      "a domain name in lower case, such as example.com",
      "Write the bare domain, without scheme, port or final dot.",
    ),
  ),
);

export function whole(from: number, to: number, what: string, remedy: string) {
  const message = expectation(`a whole number from ${from} to ${to}${what}`, remedy);
  return v.pipe(v.number(message), v.integer(message), v.minValue(from, message), v.maxValue(to, message));
}

export const variableName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, expectation("a name of an environment variable", "Use letters, digits and _.")),
);
