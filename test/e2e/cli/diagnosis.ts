import { createServer } from "node:http";
import { GetHostedZoneCommand, ListHostedZonesByNameCommand, Route53Client } from "@aws-sdk/client-route-53";
import * as v from "valibot";
import { runDoctor, type World } from "#cli/doctor/doctor.ts";
import { openStage } from "#cli/stage.ts";
import type { FleetDefinition } from "#fleet";
import { surround } from "../../stage/operator.ts";
import type { FleetStage } from "../../stage/stage.ts";
import type { OperatedFleet } from "./operated.ts";

const Doctor = v.object({ results: v.array(v.object({ id: v.string(), verdict: v.string(), evidence: v.string() })) });

/** How the doctor runs: with which map, which environment, and what is outside AWS. */
export interface Visit {
  readonly map?: FleetDefinition;
  readonly env?: Readonly<Record<string, string>>;
  readonly world?: Partial<World>;
  readonly testAlarm?: "wanted" | "declined";
  readonly patienceMs?: number;
}

/** The whole doctor: all it prints, and its findings that are neither ok nor skipped. */
export async function diagnose({ stage, map }: OperatedFleet, visit: Visit = {}) {
  const { world = {}, testAlarm = "declined", patienceMs } = visit;
  const { surroundings, said } = surround(stage, map, visit);
  const opened = await openStage(surroundings, stage.plan(visit.map ?? map));
  const options = { format: "json", only: undefined, strict: false, testAlarm, patienceMs } as const;
  const code = await runDoctor(opened, options, { resolveNs: undefined, now: Date.now, ...world });
  opened.aws.close();
  const { results } = v.parse(Doctor, JSON.parse(said().out));
  return { code, results, found: results.filter(({ verdict }) => verdict === "failure" || verdict === "warning") };
}

/** As a registrar that has the zone's own name servers. */
export async function ownNameServers({ client }: FleetStage): Promise<readonly string[]> {
  const route53 = new Route53Client(client);
  const { HostedZones } = await route53.send(new ListHostedZonesByNameCommand({ DNSName: "localhost" }));
  const { DelegationSet } = await route53.send(new GetHostedZoneCommand({ Id: HostedZones?.[0]?.Id }));
  return DelegationSet?.NameServers ?? [];
}

/** Google's Service Usage API, for a project where only these are enabled. */
export async function openServiceUsage(...apis: readonly string[]) {
  const enabled = apis.map((api) => ({ config: { name: `${api}.googleapis.com` } }));
  const server = createServer((request, response) => {
    const known = request.url?.startsWith("/v1/projects/123456789012/services?") === true;
    response.writeHead(known ? 200 : 404).end(JSON.stringify({ services: enabled }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    env: { GOOGLE_ACCESS_TOKEN: "a-token", GOOGLE_SERVICE_USAGE_URL: `http://127.0.0.1:${port}` },
    close: () => server.close(),
  };
}
