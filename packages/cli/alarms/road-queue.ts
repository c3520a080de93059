import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { names } from "#fleet";
import { notDeployed, orMissing } from "../aws.ts";
import { Failure } from "../failure.ts";
import type { Deployed } from "../stage.ts";

/** Puts something on the road to the chats, as an alarm would be. Throws `Failure` where the stage has none. */
export async function putOnRoad({ plan, aws }: Deployed, notice: object): Promise<void> {
  const sqs = aws.client(SQSClient);
  const QueueName = names.alarmQueue(plan.stage);
  const found = await orMissing(
    sqs.send(new GetQueueUrlCommand({ QueueName })),
    "QueueDoesNotExist",
    "AWS.SimpleQueueService.NonExistentQueue",
  );
  if (found === undefined)
    throw new Failure(plan.chat === undefined ? `Stage ${plan.stage} has no chats.` : notDeployed(plan));
  await sqs.send(new SendMessageCommand({ QueueUrl: found.QueueUrl, MessageBody: JSON.stringify(notice) }));
}
