import * as v from "valibot";
import type { Address } from "../address.ts";
import type { Credential } from "../credential.ts";

/** Where tokens are administered, and with what. */
export interface Administrator {
  readonly address: Address;
  readonly token: Credential;
}

/** A HEC token as its administrator sees it. */
export interface HecToken {
  readonly name: string;
  readonly token: string;
  readonly disabled: boolean;
  readonly settings: HecSettings;
}

/** What a new token inherits from the one it is created beside. */
export interface HecSettings {
  readonly indexes: readonly string[];
  readonly defaultIndex: string;
  readonly source: string;
  readonly sourcetype: string;
  readonly host: string;
  readonly useAck: boolean;
}

/** The administrator's side of HEC, of Splunk Cloud or Enterprise. Every call may be repeated. */
export interface TokenAdmin {
  list(): Promise<readonly HecToken[]>;
  find(name: string): Promise<HecToken | undefined>;
  /** Accepted, or already done; `find` shows when it has taken effect. */
  create(name: string, token: string, settings: HecSettings): Promise<void>;
  disable(name: string): Promise<void>;
  /** Accepted, or already gone; `find` shows when it has taken effect. */
  delete(name: string): Promise<void>;
}

/** The vendor's answer cannot be fixed by a retry in this call. */
export class SplunkError extends Error {
  override readonly name = "SplunkError";
}

/** A vendor's answer in the shape that is known of it. A validator's own message would quote what stood there: tokens. */
export function readAnswer<Schema extends v.GenericSchema>(
  schema: Schema,
  json: unknown,
  vendor: string,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, json);
  if (parsed.success) return parsed.output;
  const [{ expected }] = parsed.issues;
  const field = v.getDotPath(parsed.issues[0]) ?? "answer";
  throw new SplunkError(
    `${vendor} gave an answer that is not known of it: its ${field} is not ${expected ?? "valid"}.`,
  );
}
