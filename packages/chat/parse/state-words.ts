import type { Severity } from "#fleet/definition.ts";

const failed =
  /\b(?:fail(?:ed|ure|ures|ing|s)?|errors?|abort(?:ed)?|crash(?:ed)?|fault|exhausted|threats? found|severe|critical)\b/i;
const doubtful =
  /\b(?:timed ?out|expir(?:ed|ing|ation)|rollback|unhealthy|degraded|warn(?:ing)?|impaired|non ?compliant|denied|lost|down|interrupt(?:ed|ion)|exceeded|stop(?:ped|ping)?|terminat(?:ed|ion)|cancell?ed|disconnected|bounce|complaint|low storage|is low|failover started|overdue|partial|major|moderate|recovery of)\b/i;
const fine =
  /\b(?:succe(?:ss|ssful|ssfully|eded|ed)|complete[d]?|ok|ready|healthy|compliant|resolved|closed|recovered|normal|active|available|running|in ?progress|start(?:ed|ing)?|pending|queued|submitted|creat(?:ed|ing)|launching|terminating|info|informational|minor|no data)\b/i;

/** "Completed with no errors" is about none. */
const none = /\b(?:no|0|without(?: any)?) (?:errors?|failures?|threats?(?: found)?)\b/gi;

/** What a state in another service's words amounts to; `undefined` for words it does not know. */
export function severityOfState(state: string): Severity | undefined {
  // "transitioned from Ok to Degraded" is about the second.
  const words = (/\bfrom \w{1,30} to ([\w -]{1,30})/.exec(state.slice(0, 500))?.[1] ?? state)
    .slice(0, 500)
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .replace(none, "ok");
  if (failed.test(words)) return "critical";
  if (doubtful.test(words)) return "warning";
  return fine.test(words) ? "info" : undefined;
}

const labels: Readonly<Record<string, Severity>> = {
  critical: "critical",
  high: "critical",
  severe: "critical",
  medium: "warning",
  moderate: "warning",
  warning: "warning",
  warn: "warning",
  low: "info",
  informational: "info",
  info: "info",
  untriaged: "warning",
};

/** A severity as services write it: in a word, or as GuardDuty counts, from 1 to 10. */
export function severityOfLabel(label: string): Severity | undefined {
  const score = Number(label);
  if (label.trim() === "" || Number.isNaN(score)) return labels[label.toLowerCase()];
  // https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html
  if (score >= 7) return "critical";
  return score >= 4 ? "warning" : "info";
}
