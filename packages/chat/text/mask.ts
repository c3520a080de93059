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
  const whole = head(text, length + margin).replace(/[^\s"',;]{0,2000}$/, "");
  return clip(`${maskSecrets(whole)}…`, length);
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
  /\barn:aws[\w-]{0,20}:[\w.-]{0,40}:[\w-]{0,30}:\d{0,12}:[\w+=,.@:/*-]{1,500}|\b(?:[a-z][a-z0-9-]{1,40}:)?(?:Get|List|Describe|Create|Put|Update|Delete|Batch|Assume|Rotate|Validate|Restore|Replicate|Cancel|Admin|Set|Start|Change|Reset)[A-Z][A-Za-z]{2,60}\b(?!["']?\s{0,8}=|["']\s{0,8}:|:\S)|((?:passw(?:or)?d|passphrase|pwd|secret|tokens?|(?:api|access|private|signing|encryption|routing|account|integration|shared)[_-]?key|authorization|credentials?)\w{0,40}(?:\]|["'])?\s{0,8}[:=]{1,2}>?\s{0,8}["']?)([^\s"',;}]{4,500})/gi;

/** Words with which a sentence goes on after a colon: "token: expired". */
const prose =
  /^(?:[A-Z][A-Za-z]{2,60}(?:Exception|Error|Fault|Denied|NotFound)|expired|invalid|missing|denied|required|rejected|revoked|unknown|unable|cannot|could|failed|failure|forbidden|unauthorized|not|none|null|undefined|true|false|this|that|the|has|was|were|must|does|is|User|Bearer|Basic|Splunk|operation|status|request|service|error|access|see|ask|run|from|with)[.:]?$/i;

function maskValue(whole: string, name: string | undefined, value: string | undefined): string {
  if (name === undefined || value === undefined) return whole;
  if (/:\s+$/.test(name) && prose.test(value)) return whole;
  // "total_tokens=1532" is a count; a name that itself is a placeholder or a mask is nothing to hide.
  if (/tokens["']?\s*[:=]/i.test(name) && /^\d{1,7}[.)\]]?$/.test(value)) return whole;
  // "has no key SPLUNK_HEC_TOKEN: arn:aws:…" names a secret, and tells none.
  return value.startsWith(mask) || /^arn:aws[\w-]{0,20}:[\w-]{1,40}:/.test(value) ? whole : `${name}${mask}`;
}
