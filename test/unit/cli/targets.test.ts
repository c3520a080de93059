import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect, it } from "vitest";
import type { AwsSettings } from "#cli/aws.ts";
import type { EcsService } from "#cli/status/facts.ts";
import { readTargets } from "#cli/status/targets.ts";

const service = (targetGroup: string, desired: number): EcsService => ({
  ...{ desired, running: desired, pending: 0, taskDefinition: "many:1", targetGroup },
  deployments: [
    {
      ...{ id: "d", primary: true, taskDefinition: "many:1", desired, running: desired, pending: 0, failed: 0 },
      ...{ state: "COMPLETED", reason: "", createdAt: 0 },
    },
  ],
});

it("asks of many target groups those with tasks before those that are offline", async () => {
  const services = new Map(
    Array.from({ length: 60 }, (_, at) => [`many-${at}`, service(`group-${at}`, at < 50 ? 0 : 1)] as const),
  );
  const asked: string[] = [];
  const aws = {
    client<C>(kind: new (settings: AwsSettings) => C): C {
      const client = new kind({ region: "us-east-1" });
      if (client instanceof ElasticLoadBalancingV2Client)
        client.middlewareStack.add(() => async ({ input }) => {
          asked.push(JSON.stringify(input));
          return { response: {}, output: { $metadata: {}, TargetHealthDescriptions: [] } };
        });
      return client;
    },
    close: () => undefined,
  };
  const found = await readTargets({ aws }, services);
  expect(asked).toHaveLength(40);
  expect([...services.keys()].slice(50).map((key) => found.get(key))).toEqual(Array.from({ length: 10 }, () => []));
});
