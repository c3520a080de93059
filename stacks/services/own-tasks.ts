import * as iam from "aws-cdk-lib/aws-iam";
import { ArnFormat, type Stack } from "aws-cdk-lib/core";

/** The account's own tasks, and no other's. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html */
export function ownTasks(stack: Stack): iam.ServicePrincipal {
  return new iam.ServicePrincipal("ecs-tasks.amazonaws.com", {
    conditions: {
      StringEquals: { "aws:SourceAccount": stack.account },
      ArnLike: {
        "aws:SourceArn": stack.formatArn({ service: "ecs", resource: "*", arnFormat: ArnFormat.NO_RESOURCE_NAME }),
      },
    },
  });
}
