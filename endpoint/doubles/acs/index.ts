import * as v from "valibot";
import { administrationOf } from "../hec/administration.ts";
import type { HecDouble } from "../hec/index.ts";
import { serveDouble } from "../serve.ts";
import { AcsApi } from "./api.ts";
import { type AcsFault, acsFault } from "./fault.ts";

export { AcsApi } from "./api.ts";
export type { AcsFault } from "./fault.ts";

/** Splunk Cloud's Admin Config Service on loopback, over the tokens of a HEC double. */
export interface AcsDouble {
  /** What `SPLUNK_ADMIN_URL` is set to. */
  readonly url: string;
  setFault(fault: AcsFault): void;
  clearFault(): void;
  stop(): Promise<void>;
}

export interface AcsDoubleOptions {
  readonly hec: HecDouble;
  /** What `SPLUNK_ADMIN_TOKEN` is set to. */
  readonly jwt: string;
  readonly stack?: string;
  /** Milliseconds between accepted and done. Default 200. */
  readonly delayMs?: number;
  readonly port?: number;
}

export async function startAcsDouble(options: AcsDoubleOptions): Promise<AcsDouble> {
  const { hec, jwt, stack = "local", delayMs = 200, port } = options;
  const api = new AcsApi({ tokens: administrationOf(hec), jwt, stack, delayMs, now: Date.now });
  const applyLater = () => {
    const pauseMs = api.applyDue();
    if (pauseMs !== undefined) setTimeout(applyLater, pauseMs + 1).unref();
  };
  const served = await serveDouble(
    (request) => {
      // How a test or the local summary controls the double; not part of ACS.
      if (request.method === "PUT" && request.url.pathname === "/__double/fault") {
        const fault = v.parse(v.pipe(v.string(), v.parseJson(), v.nullable(acsFault)), request.body.toString());
        api.setFault(fault ?? undefined);
        return { kind: "answer", status: 200, body: { fault } };
      }
      const response = api.handle(request);
      applyLater();
      return response;
    },
    [`/${stack}/`],
    port,
  );
  return {
    url: `${served.url}/${stack}/adminconfig/v2`,
    setFault: (fault) => api.setFault(fault),
    clearFault: () => api.setFault(undefined),
    stop: served.stop,
  };
}
