import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { Agent } from "undici";

/**
 * `fetch` for the fleet on this machine: names under `localhost` are loopback, as RFC 6761 section 6.3 says and
 * browsers do (a system's resolver may not), and certificates of the project's own authority are trusted.
 * Every other name and certificate is checked as usual.
 */
export function createLoopbackFetch(ca: string): typeof fetch {
  // Node's fetch takes the dispatcher of its own undici; the types of the two packages differ in `undefined` alone.
  const dispatching: Readonly<Record<string, unknown>> = {
    dispatcher: new Agent({ connect: { ca, lookup: lookupLoopback } }),
  };
  return (input, init) => fetch(input, { ...init, ...dispatching });
}

const lookupLoopback: LookupFunction = (hostname, options, callback) => {
  if (!hostname.endsWith(".localhost")) {
    lookup(hostname, options, callback);
    return;
  }
  if (options.all === true) callback(null, [{ address: "127.0.0.1", family: 4 }]);
  else callback(null, "127.0.0.1", 4);
};
