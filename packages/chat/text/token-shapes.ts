/** What a credential is replaced with. */
export const mask = "•••";

/**
 * Credentials that their shape gives away, wherever they stand; what identifies the kind is kept for the reader. Texts
 * come from anybody: what a pattern scans before it fails is bounded, so that no text makes it slow.
 */
export const tokenShapes: readonly (readonly [RegExp, string])[] = [
  // Chats: webhooks are credentials, as are their signatures.
  [
    /(https:\/\/(?:hooks\.slack(?:-gov)?\.com|(?:ptb\.|canary\.)?discord(?:app)?\.com\/api\/webhooks)\/)\S+/gi,
    `$1${mask}`,
  ],
  [/(https:\/\/[\w.-]{1,100}\.webhook\.office\.com\/)\S+/gi, `$1${mask}`],
  [/\b(xox[a-z](?:\.xox[a-z])?-|xapp-)[\w.-]{4,}/g, `$1${mask}`],
  // AWS: access keys, session tokens, keys of Bedrock.
  [/\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{4})[A-Z0-9]{12}\b/g, `$1${mask}`],
  [/\b(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|ABSKQmVkcm9ja)[\w+/=]{16,}/g, mask],
  // JSON Web Tokens, and sealed ones.
  [/\beyJ[\w-]{1,500}\.[\w-]+(?:\.[\w-]*){0,3}/g, mask],
  // Prefixes that vendors gave their tokens so that scanners find them.
  [
    /\b(GOCSPX-|ya29\.|AIza|gh[opusr]_|github_pat_|gl(?:pat|ptt|dt|rt|cbt|soat|ft|agent|imt)-|sk-|sk_(?:live|test)_|rk_(?:live|test)_|whsec_|npm_|pypi-|hf_|gsk_|xai-|pplx-|r8_|do[opr]_v1_|dckr_(?:pat|oat)_|dapi|hv[sbr]\.|ATATT3|ATCTT3|lin_(?:api|oauth)_|ntn_|shp(?:at|ss|ca|pa)_|sq0[a-z]{3}-|glsa_|glc_|dp\.(?:pt|st|ct|sa)\.|sbp_|sb_secret_|pscale_(?:tkn|pw|oauth)_|fo1_|sntry[us]_|NRAK-|NRII-|rubygems_|pul-|tfp_|figd_|PMAK-|EAA[A-Z]|SG\.|key-|AGE-SECRET-KEY-1|cfut_|vercel_|nvapi-|tvly-|phx_|phc_|secret_)[\w.-]{16,}/g,
    `$1${mask}`,
  ],
  [/\b1\/\/0[\w-]{20,}/g, mask],
  [/\b\d{8,10}:AA[\w-]{33}/g, mask],
  [/\b([\w-]{14}\.atlasv1\.)[\w-]{20,}/g, `${mask}`],
  [/\bSK[0-9a-f]{32}\b/g, mask],
  [/\b[0-9a-f]{32}-us\d{1,2}\b/g, mask],
  [/\b[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,45}/g, mask],
  // Keys in PEM, whole or cut.
  [
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----|$)/g,
    mask,
  ],
  [
    /(\bauthorization\\{0,8}["']?\s{0,8}[:=]\s{0,8}\\{0,8}["']?(?:Bearer|Basic|Splunk|GenieKey|SSWS)\s{1,8})[^\s"'\\]{4,}/gi,
    `$1${mask}`,
  ],
  // An argument of a command, and what SQL sets.
  [
    /(?<=\s)(--?(?:password|passwd|pass|token|secret|api-?key|auth-?token)[ \t]{1,8}["']?)(?!-)[^\s"']{4,}/gi,
    `$1${mask}`,
  ],
  [/(\b(?:PASSWORD|IDENTIFIED BY)\s{1,8}')[^'\n]{1,200}/gi, `$1${mask}`],
  // What follows the name of a scheme, but for a word: "Basic authentication failed".
  [
    /\b(Bearer|Basic|Splunk|GenieKey|SSWS|Negotiate|Digest|DPoP)\s{1,8}(?![A-Za-z]{1,19}(?![\w+/=.~-]))[\w+/=.~-]{8,}/gi,
    `$1 ${mask}`,
  ],
  [/((?:Set-)?Cookie["']?\s{0,8}[:=]\s{0,8}["']?)[^\n"']{4,}/gi, `$1${mask}`],
  // In an address: who signs in, and what signs for them.
  [
    /([?&](?:api[_-]?key|key|token|sig|signature|code|auth|access_token|refresh_token|id_token|client_secret|password|pwd|secret|session|X-Amz-(?:Signature|Credential|Security-Token)|X-Goog-(?:Signature|Credential))=)[^&\s"'#]+/gi,
    `$1${mask}`,
  ],
  [/(\b[a-z][a-z+.-]{0,30}:\/\/[^\s:/@]{0,200}:)[^\s/"'<>]{1,500}@/gi, `$1${mask}@`],
  [/(\b[a-z][a-z+.-]{0,30}:\/\/)[\w-]{16,200}@/gi, `$1${mask}@`],
];
