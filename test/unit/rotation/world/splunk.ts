import { AcsApi } from "@mcp-fleet/endpoint/doubles/acs";
import { Collector, FaultSwitch, IndexStore, TokenRegistry } from "@mcp-fleet/endpoint/doubles/hec";

export const hecUrl = "https://hec.test:8088";
export const adminUrl = "https://admin.splunk.test/local/adminconfig/v2";
export const adminToken = "an-administrator";

/** Splunk's HEC and ACS, answering in this process. */
export function createSplunk(now: () => number, delayMs: number) {
  const tokens = new TokenRegistry(now);
  const index = new IndexStore();
  const faults = new FaultSwitch();
  const collector = new Collector(tokens, index, faults);
  const acs = new AcsApi({ tokens, stack: "local", jwt: adminToken, now, delayMs });

  /** When somebody asked, but for proofs that HEC served. */
  const requests: number[] = [];

  const answer = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const { method } = request;
    const headers = Object.fromEntries(request.headers);
    const body = Buffer.from(await request.arrayBuffer());
    const asked = { method, url, headers, body };
    acs.applyDue();
    const isHec = url.host === new URL(hecUrl).host;
    const response = isHec ? collector.handle(asked) : acs.handle(asked);
    const isProof = isHec && response.kind === "answer" && [200, 403].includes(response.status) && body.length > 0;
    if (!isProof) requests.push(now());
    if (response.kind !== "answer") throw new TypeError("fetch failed");
    const text = typeof response.body === "string" ? response.body : JSON.stringify(response.body);
    const retry = response.retryAfter === undefined ? {} : { "retry-after": String(response.retryAfter) };
    return new Response(text, { status: response.status, headers: retry });
  };
  return { tokens, index, faults, acs, requests, fetch: answer };
}
