import { clip, clipMiddle, head } from "./clip.ts";
import { harmless } from "./harmless.ts";
import { mask, tokenShapes } from "./token-shapes.ts";

/** A text with everything that looks like a credential masked, even with colour codes in the middle of it. */
export function maskSecrets(text: string): string {
  const shaped = tokenShapes.reduce(
    (masked, [pattern, replacement]) => masked.replace(pattern, replacement),
    harmless(text),
  );
  return shaped.replace(named, maskValue);
}

/** As much of a long text as is looked at: a mask that shortens it may uncover what comes later, but not past this. */
const margin = 4_000;

/** The beginning of a text, masked. It is cut before it is masked, so that a long text costs what a short one does. */
export function excerpt(text: string, length: number): string {
  if (text.length <= length + margin) return clip(maskSecrets(text), length);
  // The cut may go through a credential, which would no longer look like one.
  return clip(`${maskSecrets(wholeWords(head(text, length + margin)))}…`, length);
}

const longestWord = 2_000;

/** A text without its last word, which may be a part of one. Read from its end: a pattern would try at each character. */
function wholeWords(text: string): string {
  let end = text.length;
  const least = Math.max(0, end - longestWord);
  while (end > least && !/[\s"',;]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** The beginning and the end of a text, masked. */
export function excerptOfEnds(text: string, length: number): string {
  if (text.length <= 2 * margin) return clipMiddle(maskSecrets(text), length);
  const end = text.slice(-margin).replace(/^[^\s"',;]{0,2000}/, "");
  return clipMiddle(`${excerpt(text, margin)} ${maskSecrets(end)}`, length);
}

/**
 * A value behind a name that says it is one. Before it come two things that have such names and are none: an ARN, and
 * an action of IAM with the name of its operation.
 */
const named =
  /\barn:aws[\w-]{0,20}:[\w.-]{0,40}:[\w-]{0,30}:\d{0,12}:[\w+=,.@:/*-]{1,500}|\b(?:[a-z][a-z0-9-]{1,40}:)?(?:Get|List|Describe|Create|Put|Update|Delete|Batch|Assume|Rotate|Validate|Restore|Replicate|Cancel|Admin|Set|Start|Change|Reset)[A-Z][A-Za-z]{2,60}\b(?!["']?\s{0,8}=|["']\s{0,8}:|:\S)|((?:passw(?:or)?d|passphrase|pwd|secret|tokens?(?!i)|(?:api|access|private|signing|encryption|routing|account|integration|shared|license|master|fernet|webhook|hmac|app|service|storage|session)[_-]?key|authorization|credentials?)\w{0,40}(?:\]|\\{0,8}["'])?\s{0,8}[:=]{1,2}>?\s{0,8}\\{0,8})("[^"\\\n]{4,500}|'[^'\\\n]{4,500}|[^\s"',;}\\]{4,500})/gi;

/** Words with which a sentence goes on after a colon: "token: expired". */
const prose =
  /^(?:(?:invalid|expired|access|unauthorized|insufficient)_[a-z_]{2,40}|[A-Z][A-Za-z]{2,60}(?:Exception|Error|Fault|Denied|NotFound)|expired|invalid|missing|denied|required|rejected|revoked|unknown|unable|cannot|could|failed|failure|forbidden|unauthorized|not|none|null|undefined|true|false|this|that|the|has|was|were|must|does|is|User|Bearer|Basic|Splunk|operation|field|status|request|service|error|access|see|ask|run|from|with)[.:]?$/i;

function maskValue(whole: string, name: string | undefined, quoted: string | undefined): string {
  if (name === undefined || quoted === undefined) return whole;
  const quote = /^["']/.exec(quoted)?.[0] ?? "";
  const value = quoted.slice(quote.length);
  if (/:\s+$/.test(name) && prose.test(value)) return whole;
  // "total_tokens=1532" is a count; a name that itself is a placeholder or a mask is nothing to hide.
  if (/tokens["']?\s*[:=]/i.test(name) && /^\d{1,7}[.)\]]?$/.test(value)) return whole;
  // Secrets Manager's `SecretId=/prod/mcp/splunk` is a name.
  if (/secret_?(?:id|name)\W*$/i.test(name) && /^\/[\w/-]{1,200}$/.test(value)) return whole;
  // "has no key SPLUNK_HEC_TOKEN: arn:aws:…" names a secret, and tells none.
  return value.startsWith(mask) || /^arn:aws[\w-]{0,20}:[\w-]{1,40}:/.test(value) ? whole : `${name}${quote}${mask}`;
}
