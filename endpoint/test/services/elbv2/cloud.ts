import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ACMClient, RequestCertificateCommand } from "@aws-sdk/client-acm";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type RuleCondition,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { type Authority, openAuthority } from "#endpoint/certificates/authority.ts";
import { systemClock } from "#endpoint/clock.ts";
import type { MetricDatum } from "#endpoint/core/ports.ts";
import { type Acm, createAcm } from "#endpoint/services/acm/service.ts";
import { createElbv2, type Elbv2 } from "#endpoint/services/elbv2/service.ts";
import { createRoute53 } from "#endpoint/services/route53/service.ts";
import { type Served, serve } from "../serve.ts";

interface Made {
  readonly elbv2: Elbv2;
  readonly acm: Acm;
  readonly route53: ReturnType<typeof createRoute53>;
  readonly authority: Authority;
  readonly data: MetricDatum[];
  readonly lines: string[];
  stop(): Promise<void>;
}

/** Load balancing and its certificates behind the real front door, and the SDK's clients for it. */
export interface Cloud extends Made {
  readonly elb: ElasticLoadBalancingV2Client;
  readonly certificates: ACMClient;
  readonly served: Served<Made>;
  close(): Promise<void>;
}

export async function openCloud(ports = { https: 0, http: 0 }): Promise<Cloud> {
  const folder = await mkdtemp(join(tmpdir(), "cloud-"));
  const authority = await openAuthority(folder);
  const data: MetricDatum[] = [];
  const lines: string[] = [];
  const served = await serve<Made>(
    (place) => {
      const route53 = createRoute53({ clock: systemClock });
      const acm: Acm = createAcm({
        place,
        proofs: route53.proofs,
        clock: systemClock,
        authority,
        usedBy: (arn) => elbv2.certificateUsers(arn),
      });
      const elbv2: Elbv2 = createElbv2({
        place,
        clock: systemClock,
        metrics: { put: (datum) => data.push(datum) },
        certificates: acm.certificates,
        names: route53.names,
        ports,
        log: (line) => lines.push(line),
      });
      return { acm, elbv2, route53, authority, data, lines, stop: () => elbv2.stop() };
    },
    ({ acm, elbv2, route53 }) => [acm.service, elbv2.service, route53.service],
  );
  const elb = new ElasticLoadBalancingV2Client(served.client);
  const certificates = new ACMClient(served.client);
  return {
    ...served.made,
    elb,
    certificates,
    served,
    async close() {
      elb.destroy();
      certificates.destroy();
      await served.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Fleet {
  readonly balancer: string;
  readonly https: string;
  readonly http: string;
  readonly httpsPort: number;
  readonly httpPort: number;
}

/** A balancer as the fleet's stack makes it: HTTPS with a wildcard certificate and a 404, HTTP that redirects. */
export async function openFleet({ elb, certificates, elbv2 }: Cloud, name = "prod-mcp-alb"): Promise<Fleet> {
  const { CertificateArn } = await certificates.send(
    new RequestCertificateCommand({ DomainName: "mcp.localhost", SubjectAlternativeNames: ["*.mcp.localhost"] }),
  );
  const made = await elb.send(new CreateLoadBalancerCommand({ Name: name, Subnets: ["subnet-a", "subnet-b"] }));
  const balancer = made.LoadBalancers?.[0]?.LoadBalancerArn ?? "";
  const https = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer,
      Protocol: "HTTPS",
      Port: 443,
      SslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
      Certificates: [{ CertificateArn }],
      DefaultActions: [
        {
          Type: "fixed-response",
          FixedResponseConfig: { StatusCode: "404", ContentType: "text/plain", MessageBody: "Not found" },
        },
      ],
    }),
  );
  const http = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer,
      Protocol: "HTTP",
      Port: 80,
      DefaultActions: [
        { Type: "redirect", RedirectConfig: { Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_301" } },
      ],
    }),
  );
  return {
    balancer,
    https: https.Listeners?.[0]?.ListenerArn ?? "",
    http: http.Listeners?.[0]?.ListenerArn ?? "",
    httpsPort: elbv2.localPort(balancer, 443) ?? 0,
    httpPort: elbv2.localPort(balancer, 80) ?? 0,
  };
}

export async function addGroup(
  { elb }: Cloud,
  name: string,
  more: Partial<CreateTargetGroupCommandInput> = {},
): Promise<string> {
  const made = await elb.send(
    new CreateTargetGroupCommand({
      Name: name,
      Protocol: "HTTP",
      Port: 8000,
      VpcId: "vpc-1",
      TargetType: "ip",
      HealthCheckPath: "/health",
      ...more,
    }),
  );
  return made.TargetGroups?.[0]?.TargetGroupArn ?? "";
}

export async function addRule(
  { elb }: Cloud,
  listener: string,
  priority: number,
  conditions: RuleCondition[],
  group: string,
): Promise<string> {
  const made = await elb.send(
    new CreateRuleCommand({
      ListenerArn: listener,
      Priority: priority,
      Conditions: conditions,
      Actions: [{ Type: "forward", TargetGroupArn: group }],
    }),
  );
  return made.Rules?.[0]?.RuleArn ?? "";
}

export const hostIs = (...hosts: string[]): RuleCondition => ({
  Field: "host-header",
  HostHeaderConfig: { Values: hosts },
});
export const pathIs = (...paths: string[]): RuleCondition => ({
  Field: "path-pattern",
  PathPatternConfig: { Values: paths },
});

interface Address {
  readonly id: string;
  readonly port: number;
}

/** Resolves when the target's health is `wanted`. */
export function reaches({ elbv2 }: Cloud, group: string, target: Address, wanted: string): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = elbv2.targets.onHealthChange((arn, { id, port }, health) => {
      if (arn === group && id === target.id && port === target.port && health === wanted) done();
    });
    const done = () => {
      unsubscribe();
      resolve();
    };
    if (elbv2.targets.health(group, target) === wanted) done();
  });
}

export async function registerHealthy(cloud: Cloud, group: string, target: Address): Promise<void> {
  await cloud.elb.send(
    new RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: target.id, Port: target.port }] }),
  );
  await reaches(cloud, group, target, "healthy");
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request to the balancer as a client of that host sends it, trusting the local CA. */
export function ask(
  cloud: Cloud,
  address: string,
  { method = "GET", headers = {}, body }: Sent = {},
  encoding: BufferEncoding = "utf8",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    open(cloud, address, { method, headers })
      .on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(encoding),
          }),
        );
      })
      .on("error", reject)
      .end(body);
  });
}

/** The same with the response still coming. */
export function open(cloud: Cloud, address: string, { method = "GET", headers = {} }: Sent = {}) {
  const url = new URL(address);
  const options = {
    host: "127.0.0.1",
    port: url.port,
    path: `${url.pathname}${url.search}`,
    method,
    headers: { host: url.host, ...headers },
    agent: false,
  };
  if (url.protocol === "http:") return httpRequest(options);
  const servername = isIP(url.hostname) === 0 ? url.hostname : "";
  return httpsRequest({ ...options, servername, ca: cloud.authority.ca });
}
