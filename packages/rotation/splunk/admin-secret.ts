import { Address } from "../address.ts";
import { Credential } from "../credential.ts";
import { parseValue, textAt } from "../value.ts";
import { acs } from "./acs.ts";
import type { AdministrationPorts } from "./administration.ts";
import { enterprise } from "./enterprise.ts";
import { SplunkError, type TokenAdmin } from "./token-admin.ts";

export interface AdminSecret {
  readonly platform: "cloud" | "enterprise";
  /** Its key in the map. */
  readonly key: string;
  readonly read: (key: string) => Promise<string | undefined>;
}

/** An operator who manages tokens by hand sets no administrator credentials; the fleet settles anyway. */
export class AdminUnset extends SplunkError {}

/** The administration that a secret of the map lets in. Throws `AdminUnset`. */
export async function openAdmin({ platform, key, read }: AdminSecret, ports: AdministrationPorts): Promise<TokenAdmin> {
  const value = parseValue(await read(key)) ?? {};
  const written = textAt(value, "SPLUNK_ADMIN_URL");
  const remedy = "Set SPLUNK_ADMIN_URL and SPLUNK_ADMIN_TOKEN in it";
  if (written === "" || written.includes("replace-me") || textAt(value, "SPLUNK_ADMIN_TOKEN") === "") {
    throw new AdminUnset(`The secret ${key} has no administrator address and token yet. ${remedy}.`);
  }
  const address = Address.read(written);
  if (!(address instanceof Address)) {
    throw new AdminUnset(`The secret ${key} cannot be used: its SPLUNK_ADMIN_URL ${address.fault}. ${remedy}.`);
  }
  const token = Credential.read(textAt(value, "SPLUNK_ADMIN_TOKEN"));
  if (!(token instanceof Credential)) {
    throw new AdminUnset(`The secret ${key} cannot be used: its SPLUNK_ADMIN_TOKEN ${token.fault}. ${remedy}.`);
  }
  return platform === "cloud" ? acs({ address, token }, ports) : enterprise({ address, token }, ports);
}
