export interface SecretDefinition {
  /** What it is for; shown in the console and by the doctor. */
  readonly description: string;
  /** Its JSON keys. */
  readonly keys: { readonly [key: string]: SecretKeyDefinition };
  /** Outdated names of keys: `{ token: "SPLUNK_HEC_TOKEN" }` maps the old one to the new. */
  readonly aliases?: { readonly [legacy: string]: string };
  /** Who issues the next value, and how often; or why nobody does. Absent: its value only changes by hand. */
  readonly rotation?: RotationDefinition;
  /**
   * A new value that the system it is for neither accepts nor refuses, such as one that the rotation's functions cannot
   * reach. `wait` (default): it rolls once it is accepted; people are notified after 30 minutes. `roll`: it rolls
   * unproven, and what came before is not revoked until it is accepted.
   */
  readonly unproven?: "wait" | "roll";
}

/** How a secret rotates, by who issues its values. `everyDays`: 1 to 1,000, default 30. */
export type RotationDefinition =
  | {
      /**
       * A HEC token in `SPLUNK_HEC_TOKEN`, beside `SPLUNK_HEC_URL`: a new one is created, the old one deleted once
       * unused.
       */
      readonly issuer: "splunk-hec";
      /** `cloud` is administered through ACS, `enterprise` through splunkd's REST API. */
      readonly platform: "cloud" | "enterprise";
      /** The secret that holds `SPLUNK_ADMIN_URL` and `SPLUNK_ADMIN_TOKEN`. */
      readonly admin: string;
      readonly everyDays?: number;
    }
  | {
      /**
       * `GOOGLE_OAUTH_CLIENT_SECRET`: Google has no API for it, so people stage a candidate, which is tested and
       * adopted.
       */
      readonly issuer: "google-oauth";
      readonly everyDays?: number;
    }
  | {
      /** The AUTH token of a replication group, in one key of the secret. */
      readonly issuer: "redis-auth";
      readonly key: string;
      readonly replicationGroup: string;
      readonly everyDays?: number;
    }
  | {
      /** Values the fleet itself owns: new random characters in each of these keys. */
      readonly issuer: "random";
      readonly keys: { readonly [key: string]: RandomValueDefinition };
      readonly everyDays?: number;
    }
  | { readonly declined: string };

export interface RandomValueDefinition {
  /** Characters, 16 to 1,024. */
  readonly length: number;
  /** The characters it is drawn from, each once, at least 16. Default: letters and digits. */
  readonly alphabet?: string;
}

/** How a key is filled when the secret is created, once: a placeholder that people replace, or a random value. */
export type SecretKeyDefinition =
  | { readonly placeholder: string }
  /** Random bytes, written in base64. At least 16. */
  | { readonly randomBytes: number };

/** Some of a secret's keys. */
export interface SecretUse<SecretName extends string = string> {
  readonly secret: SecretName;
  readonly keys: readonly string[];
}
