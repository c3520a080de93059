import { harmless } from "./harmless.ts";

const mask = "•••";

/**
 * What looks like a credential; the part that identifies its kind is kept for the reader. Texts come from anybody: what
 * a pattern scans before it fails is bounded, so that no text makes it slow.
 */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/(https:\/\/hooks\.slack\.com\/)\S+/g, `$1${mask}`],
  [/\b(xox[abeprs]-)[\w-]+/g, `$1${mask}`],
  [/\b((?:AKIA|ASIA)[A-Z0-9]{4})[A-Z0-9]{12}\b/g, `$1${mask}`],
  [/\beyJ[\w-]{1,500}\.[\w-]+(?:\.[\w-]*)?/g, mask],
  [/\b(Bearer|Basic|Splunk)\s+[\w+/=.~-]{8,}/gi, `$1 ${mask}`],
  [/\b(GOCSPX-|ya29\.|ghp_|gho_|github_pat_|sk-|AIza)[\w.-]{8,}/g, `$1${mask}`],
  [/([?&](?:key|token|sig|code|access_token|client_secret|password|X-Amz-Signature)=)[^&\s"']+/gi, `$1${mask}`],
  [
    /((?:password|passwd|secret|token|api[_-]?key|authorization|credential)\w{0,40}["']?\s{0,8}[:=]\s{0,8}["']?)[^\s"',;}]{4,}/gi,
    `$1${mask}`,
  ],
  [/(\b[a-z][a-z+.-]{0,30}:\/\/[^\s:/@]+:)[^\s@/]+@/gi, `$1${mask}@`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, mask],
];

/** A text with everything that looks like a credential masked, even with colour codes in the middle of it. */
export function maskSecrets(text: string): string {
  return patterns.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), harmless(text));
}
