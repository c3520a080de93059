import { clipMiddle } from "./clip.ts";
import { excerptOfEnds } from "./mask.ts";

/** What errors of ECS and of AWS's APIs come down to: each layer they pass through wraps the word that matters. */
const essences: readonly ((reason: string) => string | undefined)[] = [
  (reason) => {
    const key = /did not contain json key ([\w.@/-]{1,200})/.exec(reason)?.[1];
    if (key === undefined) return undefined;
    const secret = secretIn(reason);
    return `the secret ${secret === undefined ? "" : `${secret} `}has no key ${key}`;
  },
  (reason) => {
    const [, action, resource] =
      /is not authorized to perform: ([\w-]{1,60}:\w{1,100})(?: on (?:the )?resource: ([\w:/*.+=,@-]{1,400}))?/.exec(
        reason,
      ) ?? [];
    return action && `not allowed: ${action}${resource === undefined ? "" : ` on ${resource}`}`;
  },
  (reason) => {
    const [, image, why] =
      /failed to resolve ref(?:erence)? "?([\w./:@-]{1,300}\w)"?: (?:.{0,600}: )?([^:]{1,120})$/.exec(reason) ?? [];
    return image && `image ${image}: ${why}`;
  },
  (reason) =>
    /toomanyrequests|pull rate limit/.test(reason) ? "the registry's pull rate limit is reached" : undefined,
  (reason) => (reason.includes("OutOfMemory") ? "out of memory" : undefined),
  (reason) => {
    const what = /unable to start container process: ([^\n]{1,300}?)(?:: unknown)?$/.exec(reason)?.[1];
    return what && `cannot start: ${what}`;
  },
];

/** `arn:…:secret:/prod/mcp/splunk-AbCdEf` is `splunk` in the map. */
function secretIn(reason: string): string | undefined {
  const name = /:secret:([\w/+=.@-]{1,300})/.exec(reason)?.[1];
  return name
    ?.replace(/-[A-Za-z0-9]{6}$/, "")
    .split("/")
    .at(-1);
}

/** The most telling part of a reason in so many characters, masked; the whole where nothing is known to matter more. */
export function essenceOf(reason: string, length: number): string {
  const whole = excerptOfEnds(reason, 4_000);
  if (whole.length <= length / 2) return whole;
  for (const essence of essences) {
    const found = essence(whole);
    if (found) return clipMiddle(found, length);
  }
  return clipMiddle(whole, length);
}
