/** What vendors' credentials look like: each has a mark that nothing else has. */
const shapes: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bxox[abeprs]-\d[\w-]{8,}/,
  /\bxapp-\d-[\w-]{10,}/,
  /\b(?:gh[opsur]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_[A-Za-z0-9]{30,})/,
  /\bsk-(?=[\w-]*\d)[\w-]{16,}/,
  /\b[rs]k_(?:live|test)_\w{10,}/,
  /\bAIza[\w-]{30,}/,
  /\bya29\.[\w-]{10,}/,
  /\b(?:hf|dop_v1|shpat|whsec|lin_api|figd|glsa)_\w{20,}/,
  /\b(?:SG\.[\w-]{16,}\.[\w-]{16,}|ATATT3[\w=-]{20,})/,
  /\b(?:Bearer|Basic) +(?=\S{0,200}\d)[\w+/=.~-]{16,}/,
  /[?&](?:sig|token|(?:api|access)[_-]?(?:key|token)|client_secret|secret|password)=(?=[^&#\s]{0,200}\d)[^&#\s]{12,}/i,
  /\bdiscord(?:app)?\.com\/api\/webhooks\/\d{10,}\/[\w-]{20,}/,
  /\bGOCSPX-[\w-]{10,}/,
  /\beyJ[\w-]{8,500}\.eyJ[\w-]{4,}/,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/,
  /\bhttps:\/\/hooks\.slack\.com\/services\/T\w{6,}\/B\w{6,}\/\w{16,}/,
  /\b[a-z][a-z+.-]{0,30}:\/\/[^\s:/@?#]{0,100}:(?![${<%])[^\s:/@?#]{3,200}@/i,
];

/** Words of an example; a text that contains one is nobody's credential. */
const example =
  /replace[-_ ]?me|example|change[-_ ]?me|placeholder|your[-_ ]|dummy|todo|xxx|<[^<>]{0,40}>|0{8}|:pass(?:word)?@/i;

/** Names whose values are credentials, unless the value shows otherwise. */
const secretName =
  /(?:^|_)(?:TOKEN|SECRET|PASS|CREDENTIALS?|(?:ACCESS|PRIVATE|SIGNING|ENCRYPTION|SECRET|AUTH)_?KEY|KEY|PAT)$/i;

/** Names whose values are credentials however short and plain they are. */
const passwordName = /(?:PASSWORD|PASSWD|PASSPHRASE|_PWD|(?:CLIENT|JWT|SESSION|COOKIE|WEBHOOK)_?SECRET|API_?KEY)$/i;
const plainWord = /^(?:true|false|yes|none|required|optional|enabled|disabled|prompt)$/i;

/** `password=…`, `"apiKey": "…"`, `--token=…` within a longer text. */
const pair =
  /([\w-]{0,60}(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key))["']?[:=][ \t]?["']?([^\s"',;&]{8,200})/gi;

/** Whether a text has a credential in it, by its shape, or by a name within it. */
export function hasCredential(text: string): boolean {
  if (shapes.some((shape) => isReal(shape.exec(text)?.[0]))) return true;
  return [...text.matchAll(pair)].some(([, name = "", value = ""]) => isReal(value) && isNamedSecret(name, value));
}

/** As `hasCredential`, and by the name it stands under: a password, or a string that looks random. */
export function isCredential(name: string, value: string): boolean {
  return hasCredential(value) || (isReal(value) && isNamedSecret(name, value));
}

/** Whether a program's arguments hold one: `--token`, and what follows, are a name and its value. */
export function isCredentialCommand(words: readonly string[]): boolean {
  return words.some((word, at) => {
    const flag = words[at - 1] ?? "";
    return hasCredential(word) || (flag.startsWith("-") && !word.startsWith("-") && isCredential(flag, word));
  });
}

/** Whether what stands under this name is a credential, whatever it is. */
export function isSecretName(name: string): boolean {
  return isNamedSecret(name, "0b7Kq9Vx2Lm4Rt8Zp3Wd");
}

function isReal(text: string | undefined): boolean {
  return text !== undefined && !example.test(text);
}

function isNamedSecret(written: string, value: string): boolean {
  const name = written.replaceAll(/([a-z\d])([A-Z])/g, "$1_$2").replaceAll("-", "_");
  if (/(?:^|_)(?:page|next|sync|csrf)_?token$/i.test(name)) return false;
  if (passwordName.test(name)) return value.length > 3 && !isPlace(value) && !plainWord.test(value);
  return secretName.test(name) && isSecretWord(value);
}

/** `customer_id`, `Order-Id`, `session:v2`. */
const word = /^(?:[A-Za-z]+(?:[-_.][A-Za-z]+)*|[a-z]+\d?(?:[-_.:/][a-z]+\d?)*)$/;

/** An address, a path, a boolean, a number or a short word is no secret, whatever its name. */
function isSecretWord(value: string): boolean {
  if (value.length < 8 || /\s/.test(value) || isPlace(value)) return false;
  if (/^[\d.,-]+$/.test(value) || word.test(value)) return isDrawn(value);
  return true;
}

/** An address, a path, or a reference to a value. */
function isPlace(value: string): boolean {
  return /^(?:[a-z]+:\/\/|arn:|alias\/|[./~{$<%])/i.test(value);
}

/** Bits a character, as Shannon counts them: words have about three, a long random text four or more. */
function isDrawn(value: string): boolean {
  if (value.length < 20) return false;
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  const bits = [...counts.values()].reduce((sum, count) => {
    const share = count / value.length;
    return sum - share * Math.log2(share);
  }, 0);
  return bits >= 3.9;
}

/** Shown instead of a value that nobody may read. */
export function hidden(value: string): string {
  return `(not shown: ${value.length} characters)`;
}
