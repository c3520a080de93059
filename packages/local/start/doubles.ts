import { randomUUID } from "node:crypto";
import type { StagePlan } from "#fleet";
import { type AcsDouble, startAcsDouble } from "../doubles/acs/index.ts";
import { type ChatDoubles, startChatDoubles } from "../doubles/chat-page/index.ts";
import { type GoogleDouble, startGoogleDouble } from "../doubles/google/index.ts";
import { type HecDouble, startHecDouble } from "../doubles/hec/index.ts";

/** What lies outside AWS, on loopback, each with the vendor's codes. */
export interface Doubles {
  readonly google: GoogleDouble;
  readonly hec: HecDouble;
  readonly acs: AcsDouble;
  readonly chats: ChatDoubles;
  /** Credentials that the doubles accept, by secret of the map, as an operator would get them from the vendors. */
  readonly credentials: Readonly<Record<string, Readonly<Record<string, string>>>>;
  stop(): Promise<void>;
}

export async function openDoubles(plan: StagePlan): Promise<Doubles> {
  const owner = plan.services.find(({ key }) => key === plan.oauth.owner);
  const client = { id: `${randomUUID()}.apps.googleusercontent.com`, secret: randomUUID() };
  const jwt = randomUUID();
  const google = await startGoogleDouble({
    clients: [
      {
        id: client.id,
        secrets: [client.secret],
        redirectUris: owner === undefined ? [] : [new URL("/oauth2callback", owner.url).href],
      },
    ],
  });
  const hec = await startHecDouble();
  const acs = await startAcsDouble({ hec, jwt });
  const chats = await startChatDoubles();
  const { token } = hec.createToken({ name: "mcp-fleet", indexes: [plan.auditIndex] });
  return {
    google,
    hec,
    acs,
    chats,
    credentials: {
      "google-oauth": { GOOGLE_OAUTH_CLIENT_ID: client.id, GOOGLE_OAUTH_CLIENT_SECRET: client.secret },
      splunk: { SPLUNK_HEC_URL: hec.url, SPLUNK_HEC_TOKEN: token },
      "splunk-admin": { SPLUNK_ADMIN_URL: acs.url, SPLUNK_ADMIN_TOKEN: jwt },
      chat: chats.secret,
    },
    async stop() {
      await Promise.all([google.stop(), hec.stop(), acs.stop(), chats.stop()]);
    },
  };
}
