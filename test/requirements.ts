import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What the fleet must do. A test names the ids it proves in its title, as in `it("[ALB-6] …")`; `requirements.test.ts`
 * fails on an id that no test names. `npm run docs` writes the table in the README.
 */
export const requirements = {
  "ALB-1": "Internet-facing ALB over both public subnets; nothing else has a public address",
  "ALB-2": "HTTPS on 443, policy `ELBSecurityPolicy-TLS13-1-2-2021-06`, the wildcard certificate",
  "ALB-3": "HTTP on 80 redirects to HTTPS (301), host, path and query kept",
  "ALB-4":
    "A target group per service, `<stage>-mcp-<dashed>-tg`: its port, its health path every 30 s, IP targets, 30 s deregistration delay",
  "ALB-5": "A host-header rule per service: `<host>.mcp.<domain>`",
  "ALB-6":
    "OAuth rule at priority 10, any host: `/.well-known/*`, `/oauth2/*`, `/auth/*` go to `google_workspace`; the list is configuration",
  "ALB-7": "Anything unmatched gets a fixed 404",
  "ALB-8": "Deletion protection on in `prod`, switched off only explicitly",
  "ALB-9":
    "Alarms per service to the topic `MCPAlerts`: unhealthy hosts > 1, healthy hosts < 1, 5xx > 1, each over one minute; latency P95, P99 and average",
  "ECS-1": "Fargate cluster `<stage>-mcp-cluster`",
  "ECS-2": "Log group `/ecs/<stage>/mcp/<service>`, 365 days",
  "ECS-3": "Task definition with the entry's cpu, memory, image, port; container named `<service>`",
  "ECS-4": "Service `<stage>-mcp-<dashed>` in the private subnets, no public IP, registered in its target group",
  "ECS-5": "Tasks accept traffic from the balancer's security group only; egress through NAT",
  "ECS-6": "Execution role: pull images, write its logs, read secrets under `/<stage>/mcp/*` and no others",
  "ECS-7": "Task role: ECS Exec (SSM messages) only; an entry may add statements of its own",
  "ECS-8": "Any change to a task definition rolls the service without a dropped request; a failing rollout rolls back",
  "ECS-9": "ECS Exec enabled: a shell inside a running container",
  "ECS-10":
    "`desiredCount: 0` takes a service offline (503) and keeps everything else; removing the entry removes it all",
  "ECS-11": "Default image from the account's ECR, `mcp/workspace:latest`; any registry image works",
  "RED-1": "ElastiCache replication group, engine 7.1, `cache.t4g.micro`, encrypted at rest and in transit",
  "RED-2": "Reachable from the fleet's tasks only",
  "RED-3":
    "A service with sessions gets `WORKSPACE_MCP_OAUTH_PROXY_STORAGE_BACKEND=valkey`, `WORKSPACE_MCP_OAUTH_PROXY_VALKEY_HOST`, `_PORT=6379`, `_USE_TLS=true`, `GOOGLE_MCP_CREDENTIAL_BACKEND=redis`, `REDIS_HOST`, `REDIS_PORT=6379`, `REDIS_USE_TLS=true`",
  "RED-4": "Node count and node type are configuration; two nodes or more mean automatic failover",
  "RED-5": "A final snapshot when it is destroyed; scheduled snapshots by configuration",
  "RED-6": "A login lasts 30 days and survives a restart of the container",
  "SEC-1": "`/<stage>/mcp/google-oauth`: `GOOGLE_OAUTH_CLIENT_ID`, `GOOGLE_OAUTH_CLIENT_SECRET`",
  "SEC-2": "`/<stage>/mcp/splunk`: `SPLUNK_HEC_URL`, `SPLUNK_HEC_TOKEN`",
  "SEC-3": "Seeded once with placeholders of the right shape; no later deploy ever writes a value",
  "SEC-4": "Deleting one is reversible for 7 days at least",
  "SEC-5": "Each key is injected by name at container start; never in code, template, log or configuration",
  "SEC-6": "A new secret under `/<stage>/mcp/` needs one map entry and no IAM change",
  "SEC-7": "Nothing derived from a secret reaches a log, an error, a card or a network name unchecked",
  "AUD-1":
    "Audited services get `SPLUNK_INDEX=mcp_audit`, `SPLUNK_SOURCE` (`mcp-google`), `AUDIT_LOG_ENABLED=true`, and URL and token from the secret",
  "AUD-2": "Each tool call and each login is an event: who, what, when; never the content of a document or a mail",
  "AUD-3": "`AUDIT_LOG_ENABLED=false` turns it off and leaves CloudWatch logs alone",
  "AUD-4": "A check that events arrive; a 401 and a 403 from HEC are distinguished and explained",
  "DNS-1": "Route 53 hosts `<domain>`; name servers are an output; an existing zone can be adopted",
  "DNS-2": "One ACM certificate for `mcp.<domain>` and `*.mcp.<domain>`, DNS-validated; a new service needs none",
  "DNS-3": "An alias A record per service to the balancer",
  "MAP-1":
    "One entry yields rule, target group, service, log group, DNS record, alarms, secrets, sessions: nothing else to edit",
  "MAP-2": "Removing it removes all of that and nothing else",
  "MAP-3":
    "A wrong entry fails before anything is deployed, naming the field, the value, what is allowed and the remedy",
  "ROT-1": "Secrets rotate on a schedule, unattended",
  "ROT-2": "Only the services that use a secret are rolled after it changes, by rotation or by hand",
  "ROT-3": "The new value is proven against the real service before it becomes current",
  "ROT-4": "The old value is revoked only once every consumer runs on the new one",
  "ROT-5":
    "A rollout that fails on the new value puts the old one back, rolls again, marks the bad version and says so",
  "ROT-6": "Every step can be repeated, and can die at any point, without losing a secret",
  "ROT-7": "A credential whose revocation began is never gone back to",
  "ROT-8": "A thousand consumers of one secret roll under ECS's documented limits",
  "ROT-9": "No wait is silent; every function of the fleet has alarms",
  "ROT-10": '"Revoked" is said only of what was seen refused',
  "ROT-11": "A failure counts against the deployment that had it",
  "ROT-12": "A slow or busy issuer holds up no other secret, and is not hammered",
  "ROT-13": "Adopted secrets: nothing revoked that the fleet did not make; any value, any key",
  "ALN-1":
    "Legacy `endpoint`/`token` in the Splunk secret become `SPLUNK_HEC_URL`/`SPLUNK_HEC_TOKEN`, on a schedule, on change and on deploy",
  "ALN-2": "Odd values of the Splunk secret are put right or named",
  "CHAT-1": "CloudWatch alarms reach Slack, Microsoft Teams and Google Chat as a summary a person can act on",
  "CHAT-2": "Recovery reaches the same thread or message",
  "CHAT-3": "A failed or throttled chat loses nothing; a duplicate is posted once; a storm is grouped",
  "CHAT-4": "Failed deployments, stopped tasks and rotation outcomes are posted the same way",
  "CHAT-6": "Evidence is the newest, and is kept by reminders and ends",
  "CHAT-7": "The title is the worst that is open; what is fresh is shown",
  "CHAT-8": "No text can mention, link, break out or slow down",
  "CHAT-10": "What ECS knows of a stop is told with the word that matters",
  "CHAT-11": "Other people's alarms and AWS's notices read well",
  "CHAT-13": "At most one repeat, whatever fails",
  "CHAT-12": "Previews, mentions, PagerDuty, Opsgenie, webhook, mail",
  "RUN-1": "`elbv2 describe-target-groups --names …` and `describe-target-health`",
  "RUN-2": "`ecs update-service --force-new-deployment`",
  "RUN-3": "`ecs describe-services … --query 'services[0].deployments'`",
  "RUN-4": "`ecs list-tasks`, `ecs execute-command` (a shell)",
  "RUN-5": "`logs tail … --follow`, `--since 15m --filter-pattern HEC`",
  "RUN-6": "`secretsmanager put-secret-value`, `get-secret-value`",
  "RUN-7": "`redis-cli --tls` from the container's environment",
  "FIX-1":
    "Latency thresholds are placeholders: thresholds come from measured baselines, with a low-sample rule; a placeholder is reported until then",
  "FIX-2": "Deletion protection blocks a destroy: one explicit switch, and a message that names it",
  "FIX-3": "Splunk key mismatch: ALN-1",
  "FIX-4": "Single Redis node: two nodes with failover by default in `prod`",
  "FIX-5": "Minimal task role: ECS-7",
  "FIX-6": "3 of 12 Google APIs enabled: a check that lists which tool families lack their API",
  "MCP-4": "`command` and `entryPoint` in an entry, alike on AWS and here",
  "MCP-5": "A stdio server is hosted by one field, in every revision; a bad one stops nothing else",
  "MCP-6": "Login, audit and per-tool metrics in front of an unchanged server by one field",
  "MCP-7": "A server of one's own is a folder of tools and a library, with tests in memory",
  "MCP-8": "The fleet lists itself as an MCP registry, where the map says so",
  "OPS-3": "Logs made for reading",
  "REL-1":
    "A release, or a secret's value, that passes its health checks and fails its calls is taken back by alarms, and people are told",
  "REL-2": "Memory and CPU of each service have alarms that name the next size; out of memory is told as that",
  "REL-7": "`fleet rollback` goes back to a revision now; `fleet history` is a service's time line",
  "REL-8": "`fleet drill` breaks a disposable stage, sees the fleet mend itself, and puts everything back",
  "REL-3": "A scheduled probe speaks MCP to each service, raises an alarm, and tells when tools changed",
  "REL-4": "A service scales by requests, CPU, memory and schedule without a failed request",
  "REL-5": '`fleet status` is "all well" only when alarms, rollouts, probes and secrets are',
  "STR-1":
    "`npm start -- --exit` and `npm test` pass on a machine with Node ≥ 20 and npm alone; sessions work from an embedded store",
  "STR-2": "Any valid edit of the map (domain, account, services, secrets, chat, stages) leaves `npm test` green",
  "STR-3":
    "A service that cannot start leaves exit code and last lines in the deploy's error, the log and `fleet status`, and stops nothing else",
  "STR-4": "A saved map reaches the running local fleet by itself, values kept",
  "STR-5": "An MCP client in Node reaches each service with one pasted line",
  "STR-6": "Every command in the documents works on the oldest Node that the README allows",
  "STR-7": "A local stage with several shards serves every address at one port",
  "STR-8": "A map AWS would refuse, or that gives a secret away, is refused with field, value, allowed, remedy",
  "CHAT-5": "Mute silences every road, with an end, a reason and an author",
  "CHAT-14": "Silence and acknowledge from the message",
  "CHAT-9": "Flapping is one conversation; what can no longer end by itself is ended",
  "REL-6": "People are woken by the rate of failures over two windows with a minimum of traffic; counts are feed",
  "SAFE-1": "No web page can make the endpoint, a double, a service or the console do or reveal anything",
  "SAFE-2": "Everything the local fleet starts listens on loopback alone",
  "SAFE-3": "Patterns and filters are matched in linear time",
  "SAFE-4": "Text from logs, alarms and tasks cannot drive a terminal or leave a chat's code block",
  "MCP-1": "2026-07-28 and 2025-11-25 and older at one address, stateless, by the official suite",
  "MCP-2": "Client ID metadata documents; fenced registration; any OpenID provider",
  "MCP-3": "Each host's OAuth metadata names that host; a host without login has none",
  "MCP-9": "A caller's mistake is never a 5xx",
  "MCP-10": "Servers that keep sessions in memory are found; `google_workspace` is stateless",
  "AWS-1": "Targets keep idle connections longer than the balancer; its own 5xx have an alarm",
  "AWS-2": "A stage that made its own zone can be removed, and a cancelled first deploy repeated",
  "AWS-3": "Deploy, change, removal and each reading command work under a minimal policy that ships and is tested",
  "AWS-4": "What AWS would refuse after twenty minutes is asked before anything is created",
  "AWS-5": "`sst dev` and `sst console` are refused on a stage that runs on AWS",
  "AWS-6":
    "A change that CloudFormation cannot do is told by `fleet diff` and refused before it begins, or made possible",
  "AWS-7": "An existing VPC can be adopted",
  "AWS-8": "The same stacks deploy by plain `cdk deploy`",
  "AWS-11":
    "The move from Terraform is side by side: a check of its state and of the account, addresses and logins taken along, one step back at each point",
  "AWS-12": "A deploy, diff, build or removal that failed leaves with another code than 0, wherever it runs",
  "OPS-2": "Calls, errors and latency per tool; audit search; marks of releases and rotations",
  "OPS-6": "The local chat page as people would want it",
  "OPS-7": "Calls grow by pages, not by services; the glue's price is known",
  "OPS-1": "The console answers for 500 services on one screen, and has a page for each",
  "OPS-4": "The verbs people type",
  "OPS-5": "The first line within 0.7 s, completion within 150 ms",
  "AWS-9":
    "Access logs, insights, customer keys, WAF, flow logs, boundary, transcripts, hardening: switches of the map, priced",
  "AWS-10": "Where the endpoint differs from AWS on purpose, a table says so, and a test holds each line",
} as const;

export type RequirementId = keyof typeof requirements;

/** Not built yet. An id leaves this list in the change that adds its first test. */
export const open: readonly RequirementId[] = [];

const root = fileURLToPath(new URL("..", import.meta.url));

/** Test files by the ids that titles in them cite. */
export function citations(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const folder of ["test", "endpoint/test"]) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).sort()) {
      if (!name.endsWith(".test.ts")) continue;
      const file = `${folder}/${name}`;
      for (const id of citedIn(readFileSync(join(root, file), "utf8"))) found.set(id, [...(found.get(id) ?? []), file]);
    }
  }
  return found;
}

function citedIn(source: string): ReadonlySet<string> {
  const titles = source.matchAll(
    /\b(?:it|test|describe|journey)(?:\.\w+(?:\([^)]*\))?)*\(\s*[`"']((?:\[[A-Z]+-\d+\]\s*)+)/g,
  );
  return new Set([...titles].flatMap(([, ids = ""]) => [...ids.matchAll(/[A-Z]+-\d+/g)].map(([id]) => id)));
}

const begin = "<!-- requirements: written by `npm run docs` -->";
const end = "<!-- /requirements -->";

/** The README with its table of requirements brought up to date. */
export function withTable(readme: string): string {
  const [before, rest = ""] = readme.split(begin);
  const after = rest.split(end)[1] ?? "";
  return `${before}${begin}\n${table()}\n${end}${after}`;
}

function table(): string {
  const cited = citations();
  const rows = Object.entries(requirements).map(([id, text]) => {
    const files = cited.get(id) ?? [];
    const state = files.length === 0 ? "open" : `[proven](${files[0]})`;
    return `| ${id} | ${text} | ${state} |`;
  });
  return ["| id | behaviour | state |", "|---|---|---|", ...rows].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const readme = join(root, "README.md");
  writeFileSync(readme, withTable(readFileSync(readme, "utf8")));
  console.log(`${relative(process.cwd(), readme)} is up to date.`);
}
