import type { Quota } from "#endpoint/core/service.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html */
export const quotas: readonly Quota[] = [
  { operations: ["CreateCluster", "DeleteCluster", "UpdateCluster"], burst: 20, perSecond: 1 },
  { operations: ["DescribeClusters", "ListClusters"], burst: 50, perSecond: 20 },
  {
    operations: ["DescribeServices", "DescribeTasks", "ListServices", "ListTasks"],
    burst: 100,
    perSecond: 20,
  },
  { operations: ["RunTask", "StopTask"], burst: 100, perSecond: 40 },
  { operations: ["CreateService", "DeleteService", "UpdateService"], burst: 50, perSecond: 5 },
  { operations: ["DeregisterTaskDefinition", "RegisterTaskDefinition"], burst: 20, perSecond: 1 },
  { operations: ["DescribeTaskDefinition", "ListTaskDefinitions"], burst: 50, perSecond: 20 },
];
