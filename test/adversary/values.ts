import * as v from "valibot";
import { RotationMap } from "#rotation/map.ts";
import type { Kind, SecretSetting, Setting, Written } from "./plot.ts";
import { crashesOn } from "./service.ts";
import type { Stack } from "./splunk.ts";

const prefix = "/prod/mcp/";
const clientId = "123-fleet.apps.googleusercontent.com";

export function idOf(key: string): string {
  return `${prefix}${key}`;
}

export function keyOf(id: string): string {
  return id.slice(prefix.length);
}

export function isSplunk(kind: Kind): boolean {
  return kind === "cloud" || kind === "enterprise";
}

/** The token that a value holds, if it holds one. */
export function tokenIn(text: string | undefined): string | undefined {
  return /"SPLUNK_HEC_TOKEN":"([^"]+)"/.exec(text ?? "")?.[1];
}

/** What people write into secrets, and what of it works. */
export class Values {
  readonly #stacks: ReadonlyMap<string, Stack>;
  readonly #pairs: Set<string>;
  #made = 0;

  constructor(stacks: ReadonlyMap<string, Stack>, pairs: Set<string>) {
    this.#stacks = stacks;
    this.#pairs = pairs;
  }

  write({ key, kind, hidden, shares = key }: SecretSetting, value: Exclude<Written, "previous">): string {
    this.#made += 1;
    const number = String(this.#made).padStart(4, "0");
    if (value === "malformed") return `{broken ${number}`;
    const known = value !== "refused";
    const note = value === "crash" ? { NOTE: this.#made % 2 === 0 ? "poison" : "venom" } : {};
    switch (kind) {
      case "cloud":
      case "enterprise": {
        const token = `a${number}0e1-77aa-4bbb-8ccc-0123456789ab`;
        if (known) this.#stacks.get(key)?.make(`hand-made-${number}`, token, !hidden);
        return JSON.stringify({ SPLUNK_HEC_URL: hecOf(shares, kind), SPLUNK_HEC_TOKEN: token, ...note });
      }
      case "google": {
        const secret = `GOCSPX-${number}-client-secret`;
        if (known) this.#pairs.add(`${clientId} ${secret}`);
        return JSON.stringify({ GOOGLE_OAUTH_CLIENT_ID: clientId, GOOGLE_OAUTH_CLIENT_SECRET: secret, ...note });
      }
      case "random":
        return JSON.stringify({ SIGNING_KEY: known ? `signing-${number}-key` : "", ...note });
      case "declined":
        return JSON.stringify({ NOTES_KEY: `notes-${number}`, PORT: 8088, ...note });
    }
  }

  /** Whether its issuer takes it, and services run on it. */
  works({ key, kind }: SecretSetting, text: string | undefined, isRun: boolean): boolean {
    if (text === undefined || (isRun && crashesOn(text))) return false;
    switch (kind) {
      case "cloud":
      case "enterprise": {
        const token = tokenIn(text);
        return token !== undefined && this.#stacks.get(key)?.accepts(token) === true;
      }
      case "google":
        return [...this.#pairs].some((pair) => text.includes(`"${pair.split(" ")[1]}"`));
      case "random":
        return /"SIGNING_KEY":"[^"]+"/.test(text);
      case "declined":
        return true;
    }
  }
}

/** Whose requests at a Splunk that several share are told apart by. */
export const administrator = "administrator-of-";

export function adminValue({ key, kind, shares = key }: SecretSetting): string {
  const address =
    kind === "cloud"
      ? `https://admin.splunk.com/${shares}/adminconfig/v2`
      : `https://splunkd.${shares}.example.com:8089`;
  return JSON.stringify({ SPLUNK_ADMIN_URL: address, SPLUNK_ADMIN_TOKEN: `${administrator}${key}` });
}

function hecOf(key: string, kind: "cloud" | "enterprise"): string {
  return kind === "cloud" ? `https://hec.${key}.splunkcloud.com` : `https://hec.${key}.example.com:8088`;
}

/** The functions' map; after a service was taken out of the fleet, without it. */
export function mapOf({ secrets, services }: Setting, removed: ReadonlySet<string>): RotationMap {
  const entries = secrets.flatMap((secret) => {
    const users = services.filter(({ name, secrets: used }) => !removed.has(name) && used.includes(secret.key));
    return [
      {
        ...{ ...plain(secret.key), rotation: rotationOf(secret), services: users.map(({ name }) => name) },
        ...(secret.unproven === "roll" && { unproven: secret.unproven }),
      },
      ...(isSplunk(secret.kind)
        ? [{ ...plain(`${secret.key}-admin`), rotation: { declined: "An administrator's." }, services: [] }]
        : []),
    ];
  });
  return v.parse(RotationMap, {
    stage: "prod",
    cluster: "prod-mcp-cluster",
    auditIndex: "mcp_audit",
    secrets: entries,
  });
}

function plain(key: string) {
  return { key, id: idOf(key), placeholders: {}, aliases: {} };
}

function rotationOf({ key, kind }: SecretSetting) {
  switch (kind) {
    case "cloud":
    case "enterprise":
      return { issuer: "splunk-hec", platform: kind, admin: `${key}-admin`, everyDays: 30 };
    case "google":
      return { issuer: "google-oauth", everyDays: 30 };
    case "random":
      return { issuer: "random", keys: { SIGNING_KEY: { length: 32 } }, everyDays: 30 };
    case "declined":
      return { declined: "People change it." };
  }
}
