/** A HEC token as its administrator sees it. */
export interface HecToken {
  readonly name: string;
  readonly token: string;
  readonly disabled: boolean;
  readonly settings: HecSettings;
}

/** What a new token takes over from the one it stands beside. */
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
  /** Accepted, or there already; `find` tells when it is done. */
  create(name: string, token: string, settings: HecSettings): Promise<void>;
  disable(name: string): Promise<void>;
  /** Accepted, or gone already; `find` tells when it is done. */
  delete(name: string): Promise<void>;
}

/** The vendor answered what no retry in this call can mend. */
export class SplunkError extends Error {
  override readonly name = "SplunkError";
}
