import { randomUUID } from "node:crypto";
import { type AcsDouble, startAcsDouble } from "@mcp-fleet/endpoint/doubles/acs";
import { type ChatDoubles, startChatDoubles } from "@mcp-fleet/endpoint/doubles/chat-page";
import {
  exampleUsers,
  type GoogleDouble,
  type GoogleUser,
  startGoogleDouble,
} from "@mcp-fleet/endpoint/doubles/google";
import { type HecDouble, startHecDouble } from "@mcp-fleet/endpoint/doubles/hec";
import { type SplunkRestDouble, startSplunkRestDouble } from "@mcp-fleet/endpoint/doubles/splunk-rest";
import type { ChatPlan, ServicePlan, StagePlan } from "#fleet";

/** What lies outside AWS, on loopback, each with the vendor's codes. */
export interface Doubles {
  readonly google: GoogleDouble;
  /** The id of the OAuth client that it knows. */
  readonly googleClient: string;
  /** Who may log in there. */
  readonly users: Users;
  readonly hec: HecDouble;
  readonly acs: AcsDouble;
  readonly splunkRest: SplunkRestDouble;
  readonly chats: ChatDoubles;
  /** Credentials that the doubles accept, by secret of the map, as an operator would get them from the vendors. */
  credentialsFor(plan: StagePlan): Credentials;
  stop(): Promise<void>;
}

export type Users = typeof exampleUsers;
type Values = Readonly<Record<string, string>>;
type Credentials = Readonly<Record<string, Values>>;

export async function openDoubles(plan: StagePlan, chatsPort?: number): Promise<Doubles> {
  const client = { id: `${randomUUID()}.apps.googleusercontent.com`, secret: randomUUID() };
  const admin = randomUUID();
  const users = usersOf(plan);
  const google = await startGoogleDouble({
    users,
    clients: [{ id: client.id, secrets: [client.secret], redirectUris: redirectUrisOf(plan) }],
  });
  const hec = await startHecDouble();
  const acs = await startAcsDouble({ hec, jwt: admin });
  const splunkRest = await startSplunkRestDouble({ hec, adminToken: admin });
  const chats = await startChatDoubles(chatsPort === undefined ? {} : { port: chatsPort });
  const { token } = hec.createToken({ name: "mcp-fleet", indexes: [plan.auditIndex] });
  const values: Values = {
    GOOGLE_OAUTH_CLIENT_ID: client.id,
    GOOGLE_OAUTH_CLIENT_SECRET: client.secret,
    SPLUNK_HEC_URL: hec.url,
    SPLUNK_HEC_TOKEN: token,
    SPLUNK_ADMIN_TOKEN: admin,
  };
  return {
    google,
    googleClient: client.id,
    users,
    hec,
    acs,
    splunkRest,
    chats,
    credentialsFor: (of) =>
      Object.fromEntries(
        of.secrets.flatMap(({ key, keys }) => {
          const all = {
            ...values,
            SPLUNK_ADMIN_URL: runsSplunkEnterprise(of, key) ? splunkRest.url : acs.url,
            ...(key === of.chat?.secret && chatValues(of.chat, chats)),
            ...(key === of.chat?.actions?.slack.secret && {
              [of.chat.actions.slack.key]: chats.secret.SLACK_SIGNING_SECRET ?? "",
            }),
          };
          const own = Object.entries(all).filter(([name]) => name in keys);
          return own.length === 0 ? [] : [[key, Object.fromEntries(own)]];
        }),
      ),
    async stop() {
      await Promise.all([google.stop(), hec.stop(), acs.stop(), splunkRest.stop(), chats.stop()]);
    },
  };
}

/** Whether it logs people in at the Google double. */
export function usesGoogle({ secrets }: ServicePlan): boolean {
  return secrets.some(({ key }) => key === "GOOGLE_OAUTH_CLIENT_ID");
}

/** In the first domain that a service lets in, where the map names one, and one more user in each other. */
export function usersOf({ services }: Pick<StagePlan, "services">): Users {
  const [hd, ...more] = new Set(services.flatMap(domainsOf));
  if (hd === undefined) return exampleUsers;
  const [first, ...others] = exampleUsers;
  const inDomain = (user: GoogleUser, domain: string) =>
    user.hd === undefined ? user : { ...user, hd: domain, email: user.email.replace(user.hd, domain) };
  return [
    inDomain(first, hd),
    ...others.map((user) => inDomain(user, hd)),
    ...more.map((domain, at) => ({ ...inDomain(first, domain), sub: `${first.sub}${at}` })),
  ];
}

/** A user whom the service lets in. */
export function userAt(service: ServicePlan, users: Users): GoogleUser {
  const domains = domainsOf(service);
  return (domains.length === 0 ? undefined : users.find(({ hd = "" }) => domains.includes(hd))) ?? users[0];
}

function domainsOf({ environment }: ServicePlan): readonly string[] {
  const named = environment.GOOGLE_OAUTH_ALLOWED_DOMAINS ?? "";
  return named
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((domain) => domain !== "");
}

/** What an operator registers at Google. */
export function redirectUrisOf({ services }: Pick<StagePlan, "services">): readonly string[] {
  return services
    .filter(usesGoogle)
    .map(({ environment, url }) => environment.GOOGLE_OAUTH_REDIRECT_URI ?? new URL("/oauth2callback", url).href);
}

/** Whether this secret holds the administrator of a Splunk Enterprise, whose API is another than Splunk Cloud's. */
function runsSplunkEnterprise({ secrets }: StagePlan, admin: string): boolean {
  return secrets.some(
    ({ rotation }) =>
      "issuer" in rotation &&
      rotation.issuer === "splunk-hec" &&
      rotation.admin === admin &&
      rotation.platform === "enterprise",
  );
}

/** The variable of a double's own secret with the address of each kind of webhook. */
const addressOf = {
  "slack-webhook": "SLACK_WEBHOOK_URL",
  teams: "TEAMS_WEBHOOK_URL",
  "google-chat": "GOOGLE_CHAT_WEBHOOK_URL",
  webhook: "ALARM_WEBHOOK_URL",
} as const;

/** The variables with the token, and with the address of the API, of what has both. */
const tokenOf = {
  "slack-bot": ["SLACK_BOT_TOKEN", "SLACK_API_URL"],
  pagerduty: ["PAGERDUTY_ROUTING_KEY", "PAGERDUTY_API_URL"],
  opsgenie: ["OPSGENIE_API_KEY", "OPSGENIE_API_URL"],
} as const;

/** One without a key for the address of its API talks to the vendor itself: it gets no token of this machine. */
function chatValues({ destinations }: ChatPlan, { secret }: ChatDoubles): Values {
  const entries = Object.values(destinations).flatMap((destination): readonly (readonly [string, string])[] => {
    switch (destination.receiver) {
      case "slack-webhook":
      case "teams":
      case "google-chat":
        return [[destination.key, secret[addressOf[destination.receiver]] ?? ""]];
      case "webhook":
        return [
          [destination.key, secret[addressOf.webhook] ?? ""],
          [destination.signingKey, secret.ALARM_WEBHOOK_SIGNING_KEY ?? ""],
        ];
      case "email":
        return [];
      case "slack-bot":
      case "pagerduty":
      case "opsgenie": {
        if (destination.apiKey === undefined) return [];
        const [token, api] = tokenOf[destination.receiver];
        return [
          [destination.key, secret[token] ?? ""],
          [destination.apiKey, secret[api] ?? ""],
        ];
      }
      default:
        return destination satisfies never;
    }
  });
  return Object.fromEntries(entries);
}
