import { administrationOf } from "../hec/administration.ts";
import type { HecDouble } from "../hec/index.ts";
import { serveDouble } from "../serve.ts";
import { root, SplunkRestApi, type SplunkRestFault } from "./api.ts";

export type { SplunkRestFault } from "./api.ts";

/** splunkd's REST API on loopback, over the tokens of a HEC double. */
export interface SplunkRestDouble {
  /** What `SPLUNK_ADMIN_URL` is set to. */
  readonly url: string;
  setFault(fault: SplunkRestFault | undefined): void;
  stop(): Promise<void>;
}

export interface SplunkRestDoubleOptions {
  readonly hec: HecDouble;
  /** What `SPLUNK_ADMIN_TOKEN` is set to. */
  readonly adminToken: string;
  readonly port?: number;
}

export async function startSplunkRestDouble({
  hec,
  adminToken,
  port,
}: SplunkRestDoubleOptions): Promise<SplunkRestDouble> {
  const api = new SplunkRestApi({ tokens: administrationOf(hec), adminToken });
  const served = await serveDouble((request) => api.handle(request), [root], port);
  return { url: served.url, setFault: (fault) => api.setFault(fault), stop: served.stop };
}
