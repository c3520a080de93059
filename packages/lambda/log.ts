import { maskSecrets } from "#chat/text/mask.ts";

/**
 * Writes one line of structured log; CloudWatch Logs makes an event of each. Callers never pass a secret's value, and
 * what looks like one in text from elsewhere is masked.
 */
export function log(entry: Readonly<Record<string, unknown>>): void {
  const line = JSON.stringify(entry, (_key, held: unknown) => (typeof held === "string" ? maskSecrets(held) : held));
  process.stdout.write(`${line}\n`);
}
