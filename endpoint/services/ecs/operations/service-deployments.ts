import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { numeric } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { epochSeconds } from "../description.ts";
import type { Service } from "../ecs-service.ts";
import type { EcsEngine } from "../engine.ts";
import { page, pageSchema } from "../page.ts";
import { failureThreshold } from "../rollout.ts";
import type { ServiceDeployment, ServiceRevision } from "../service-deployments.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceDeployments.html */
const MAX_DESCRIBED = 20;

export function serviceDeploymentOperations({ clusters, services }: EcsEngine): Operations {
  const all = () =>
    services.list().flatMap((service) => service.history.newestFirst.map((deployment) => ({ service, deployment })));
  const arns = v.pipe(v.array(v.string()), v.maxLength(MAX_DESCRIBED));

  return {
    ListServiceDeployments: define(
      v.object({
        ...pageSchema,
        cluster: v.optional(v.string()),
        service: v.string(),
        status: v.optional(v.array(v.string()), []),
        createdAt: v.optional(v.object({ before: v.optional(numeric), after: v.optional(numeric) })),
      }),
      (input) => {
        const service = services.find(clusters.active(input.cluster).arn, input.service);
        if (service === undefined) throw new AwsError("ServiceNotFoundException", "Service not found.");
        const { before = Number.POSITIVE_INFINITY, after = 0 } = input.createdAt ?? {};
        const wanted = service.history.newestFirst.filter(({ status, createdAt }) => {
          const at = epochSeconds(createdAt);
          return (input.status.length === 0 || input.status.includes(status)) && at >= after && at <= before;
        });
        // Twenty by default: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html
        const { items, ...more } = page(wanted, { ...input, maxResults: input.maxResults ?? 20 });
        return { serviceDeployments: items.map((one) => brief(service, one)), ...more };
      },
    ),

    DescribeServiceDeployments: define(v.object({ serviceDeploymentArns: arns }), ({ serviceDeploymentArns }) => {
      const found = all().filter(({ deployment }) => serviceDeploymentArns.includes(deployment.arn));
      return {
        serviceDeployments: found.map(({ service, deployment }) => whole(service, deployment)),
        failures: missing(
          serviceDeploymentArns,
          found.map(({ deployment }) => deployment.arn),
        ),
      };
    }),

    DescribeServiceRevisions: define(v.object({ serviceRevisionArns: arns }), ({ serviceRevisionArns }) => {
      const found = all().filter(({ deployment }) => serviceRevisionArns.includes(deployment.target.arn));
      return {
        serviceRevisions: found.map(({ service, deployment }) => describeRevision(service, deployment.target)),
        failures: missing(
          serviceRevisionArns,
          found.map(({ deployment }) => deployment.target.arn),
        ),
      };
    }),
  };
}

function missing(asked: readonly string[], found: readonly string[]) {
  return asked.filter((arn) => !found.includes(arn)).map((arn) => ({ arn, reason: "MISSING" }));
}

function brief({ identity }: Service, one: ServiceDeployment) {
  return {
    serviceDeploymentArn: one.arn,
    serviceArn: identity.arn,
    clusterArn: identity.clusterArn,
    createdAt: epochSeconds(one.createdAt),
    startedAt: epochSeconds(one.createdAt),
    ...(one.finishedAt === undefined ? {} : { finishedAt: epochSeconds(one.finishedAt) }),
    targetServiceRevisionArn: one.target.arn,
    status: one.status,
    ...(one.statusReason === undefined ? {} : { statusReason: one.statusReason }),
  };
}

function whole(service: Service, one: ServiceDeployment) {
  const { targetServiceRevisionArn: _, ...known } = brief(service, one);
  const { settings, rollback, source } = one;
  const { desiredCount } = settings;
  const counts = { requestedTaskCount: desiredCount, runningTaskCount: desiredCount, pendingTaskCount: 0 };
  return {
    ...known,
    updatedAt: epochSeconds(one.updatedAt),
    sourceServiceRevisions: source === undefined ? [] : [{ arn: source.arn, ...counts }],
    targetServiceRevision: { arn: one.target.arn, ...counts },
    deploymentConfiguration: {
      deploymentCircuitBreaker: settings.circuitBreaker,
      alarms: settings.alarms,
      maximumPercent: settings.maximumPercent,
      minimumHealthyPercent: settings.minimumHealthyPercent,
      strategy: "ROLLING",
    },
    deploymentCircuitBreaker: {
      status: settings.circuitBreaker.enable ? "MONITORING_COMPLETE" : "DISABLED",
      failureCount: one.failedTasks,
      threshold: failureThreshold(settings),
    },
    alarms: {
      status: !settings.alarms.enable
        ? "DISABLED"
        : one.triggeredAlarms.length > 0
          ? "TRIGGERED"
          : "MONITORING_COMPLETE",
      alarmNames: settings.alarms.alarmNames,
      triggeredAlarmNames: one.triggeredAlarms,
    },
    ...(rollback === undefined
      ? {}
      : {
          rollback: {
            reason: rollback.reason,
            startedAt: epochSeconds(rollback.startedAt),
            serviceRevisionArn: rollback.revision.arn,
          },
        }),
  };
}

function describeRevision({ identity }: Service, { arn, taskDefinitionArn, createdAt, images }: ServiceRevision) {
  return {
    serviceRevisionArn: arn,
    serviceArn: identity.arn,
    clusterArn: identity.clusterArn,
    taskDefinition: taskDefinitionArn,
    createdAt: epochSeconds(createdAt),
    launchType: "FARGATE",
    platformVersion: "1.4.0",
    platformFamily: "Linux",
    containerImages: images,
  };
}
