import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { describeService } from "../description.ts";
import type { Service } from "../ecs-service.ts";
import type { EcsEngine } from "../engine.ts";
import { page, pageSchema } from "../page.ts";
import { createServiceSchema, updateServiceSchema } from "../service-input.ts";

/** ECS answers for ten services at most in one call. */
const MAX_DESCRIBED = 10;

export function serviceOperations({ clusters, services }: EcsEngine): Operations {
  const describe = (service: Service, include: readonly string[] = []) => ({
    ...describeService(service),
    ...(include.includes("TAGS") ? { tags: service.tags } : {}),
  });

  return {
    CreateService: define(createServiceSchema, (input, call) => ({
      service: describe(services.create(clusters.active(input.cluster), input, call.caller.arn), ["TAGS"]),
    })),

    UpdateService: define(updateServiceSchema, (input) => {
      const service = services.active(clusters.active(input.cluster).arn, input.service);
      services.update(service, input);
      return { service: describe(service) };
    }),

    DeleteService: define(
      v.object({ cluster: v.optional(v.string()), service: v.string(), force: v.optional(flag, false) }),
      (input) => {
        const service = services.active(clusters.active(input.cluster).arn, input.service);
        services.delete(service, input.force);
        return { service: describe(service) };
      },
    ),

    DescribeServices: define(
      v.object({
        cluster: v.optional(v.string()),
        services: v.array(v.string()),
        include: v.optional(v.array(v.string()), []),
      }),
      (input) => {
        const cluster = clusters.active(input.cluster);
        if (input.services.length === 0) throw new AwsError("InvalidParameterException", "Services cannot be empty.");
        if (input.services.length > MAX_DESCRIBED)
          throw new AwsError("InvalidParameterException", `Services cannot have more than ${MAX_DESCRIBED} elements.`);
        const found = input.services.map((name) => ({ name, service: services.find(cluster.arn, name) }));
        return {
          services: found.flatMap(({ service }) => (service ? [describe(service, input.include)] : [])),
          failures: found.flatMap(({ name, service }) =>
            service ? [] : [{ arn: missingArn(cluster.arn, name), reason: "MISSING" }],
          ),
        };
      },
    ),

    ListServices: define(v.object({ ...pageSchema, cluster: v.optional(v.string()) }), (input) => {
      const cluster = clusters.active(input.cluster);
      const arns = services
        .list()
        .filter(({ identity, status }) => identity.clusterArn === cluster.arn && status !== "INACTIVE")
        .map(({ identity }) => identity.arn);
      // Ten by default: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html
      const { items, ...more } = page(arns, { ...input, maxResults: input.maxResults ?? 10 });
      return { serviceArns: items, ...more };
    }),
  };
}

function missingArn(clusterArn: string, name: string): string {
  return name.startsWith("arn:") ? name : `${clusterArn.replace(":cluster/", ":service/")}/${name}`;
}
