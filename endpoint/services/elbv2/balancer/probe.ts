import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Clock } from "#endpoint/core/ports.ts";
import type { HealthCheckSettings } from "../model.ts";

export type ProbeResult =
  | { readonly kind: "answered"; readonly status: number }
  | { readonly kind: "timed-out" }
  | { readonly kind: "failed" };

export interface Address {
  readonly id: string;
  readonly port: number;
}

/** One health check: a GET on a connection of its own, as the real balancer sends it. Never rejects. */
export async function probe(
  target: Address,
  settings: HealthCheckSettings,
  clock: Clock,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const over = new AbortController();
  const stop = AbortSignal.any([over.signal, signal]);
  try {
    return await Promise.race([
      get(target, settings, stop),
      clock.sleep(settings.timeout, stop).then((): ProbeResult => ({ kind: "timed-out" })),
    ]);
  } finally {
    over.abort();
  }
}

function get(target: Address, settings: HealthCheckSettings, signal: AbortSignal): Promise<ProbeResult> {
  const port = settings.port === "traffic-port" ? target.port : settings.port;
  const options = {
    host: target.id,
    port,
    path: settings.path,
    agent: false,
    signal,
    headers: { Host: `${target.id}:${port}`, "User-Agent": "ELB-HealthChecker/2.0", Connection: "close" },
    // The real balancer does not check a target's certificate:
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-routing-configuration.html
    rejectUnauthorized: false,
  };
  const send = settings.protocol === "HTTPS" ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    send(options, (response) => {
      response.on("error", () => {
        // The status is all that counts; the rest of the answer is cut off when the check is over.
      });
      response.resume();
      resolve({ kind: "answered", status: response.statusCode ?? 0 });
    })
      .on("error", () => resolve({ kind: "failed" }))
      .end();
  });
}
