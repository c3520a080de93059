const mask = "•••";

/** What looks like a credential, with what it is known by kept for the reader. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/(https:\/\/hooks\.slack\.com\/)\S+/g, `$1${mask}`],
  [/\b(xox[abeprs]-)[\w-]+/g, `$1${mask}`],
  [/\b((?:AKIA|ASIA)[A-Z0-9]{4})[A-Z0-9]{12}\b/g, `$1${mask}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, mask],
  [/\b(Bearer|Basic|Splunk)\s+[\w+/=.~-]{8,}/gi, `$1 ${mask}`],
  [/\b(GOCSPX-|ya29\.|ghp_|gho_|github_pat_|sk-|AIza)[\w.-]{8,}/g, `$1${mask}`],
  [/([?&](?:key|token|sig|code|access_token|client_secret|password|X-Amz-Signature)=)[^&\s"']+/gi, `$1${mask}`],
  [
    /((?:password|passwd|secret|token|api[_-]?key|authorization|credential)\w*["']?\s*[:=]\s*["']?)[^\s"',;}]{4,}/gi,
    `$1${mask}`,
  ],
  [/(\b[a-z][a-z+.-]*:\/\/[^\s:/@]+:)[^\s@/]+@/gi, `$1${mask}@`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, mask],
];

/** A text with everything in it that looks like a credential made unreadable. */
export function maskSecrets(text: string): string {
  return patterns.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
}
