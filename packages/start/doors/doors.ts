import { createHash } from "node:crypto";
import { DeleteParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Certificate } from "@mcp-fleet/endpoint";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import { usesGoogle } from "../doubles.ts";
import { clientSettings, type LocalFleet } from "../fleet.ts";
import { type Door, openDoor } from "./door.ts";
import { resolvesHere } from "./resolver.ts";

/** Addresses of services for programs that do not resolve their names. */
export interface Doors {
  /** Opens and closes doors to match the plan; programs find them in the endpoint's SSM. */
  follow(plan: StagePlan): Promise<void>;
  /** Where a program of this machine reaches a service. */
  addressOf(service: ServicePlan): string;
  close(): Promise<void>;
}

export function createDoors(fleet: LocalFleet): Doors {
  const { authority } = fleet.cloud;
  const ssm = new SSMClient(clientSettings(fleet.cloud));
  const doors = new Map<string, Door>();

  async function open(stage: string, { key, url }: ServicePlan, certificate: Certificate): Promise<void> {
    const service = new URL(url);
    if (doors.get(key)?.service.href === service.href) return;
    await close(stage, key);
    if (await resolvesHere(service.hostname)) return;
    const door = await openDoor({ port: portOf(key, service), certificate, ca: authority.ca, service });
    doors.set(key, door);
    const Name = names.door(stage, key);
    await ssm.send(new PutParameterCommand({ Name, Value: door.url, Type: "String", Overwrite: true }));
  }

  async function close(stage: string, key: string): Promise<void> {
    const door = doors.get(key);
    if (door === undefined) return;
    doors.delete(key);
    await door.close();
    await ssm.send(new DeleteParameterCommand({ Name: names.door(stage, key) }));
  }

  return {
    async follow(plan) {
      const gone = [...doors.keys()].filter((key) => !plan.services.some((service) => service.key === key));
      for (const key of gone) await close(plan.stage, key);
      const certificate = await authority.issue(["127.0.0.1"]);
      await Promise.all(plan.services.map((service) => open(plan.stage, service, certificate)));
      registerAtGoogle(plan);
    },
    addressOf: ({ key, url }) => doors.get(key)?.url ?? url,
    async close() {
      await Promise.all([...doors.values()].map((door) => door.close()));
      doors.clear();
    },
  };

  /** What an operator does in Google's console: name the addresses to which people come back from a login. */
  function registerAtGoogle({ services }: StagePlan): void {
    const users = services.filter(usesGoogle);
    const bases = users.flatMap(({ key, url }) => [url, doors.get(key)?.url ?? url]);
    const redirectUris = bases.map((base) => new URL("/oauth2callback", base).href);
    fleet.google.setRedirectUris(fleet.googleClient, redirectUris);
  }
}

/**
 * The same at each start, so that what was pasted once stays right, and below the ports that systems give away:
 * from 32768 on Linux, from 49152 elsewhere.
 */
function portOf(key: string, { port }: URL): number {
  return 20_000 + (createHash("sha256").update(`${key} ${port}`).digest().readUInt32BE(0) % 12_000);
}
