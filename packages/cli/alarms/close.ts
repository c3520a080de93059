import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { ClosingNotice } from "#chat/parse/closing.ts";
import { names } from "#fleet";
import { notDeployed, orMissing } from "../aws.ts";
import { type ExitCode, Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { readAuthor } from "./author.ts";
import { findAlarms, targetOf } from "./read.ts";

/** For what nothing else ends. The alarm itself stays as it is, and is told again when it goes off again. */
export async function closeAlarms(stage: Stage, wanted: string): Promise<ExitCode> {
  const { plan, aws, terminal } = stage;
  // An alarm that was deleted has a conversation as well, so any name of one will do.
  const target = wanted.startsWith(`${plan.stage}-mcp-`)
    ? wanted
    : targetOf(plan, wanted, await findAlarms(stage, wanted));
  const sqs = aws.client(SQSClient);
  const QueueName = names.alarmQueue(plan.stage);
  const found = await orMissing(
    sqs.send(new GetQueueUrlCommand({ QueueName })),
    "QueueDoesNotExist",
    "AWS.SimpleQueueService.NonExistentQueue",
  );
  if (found === undefined)
    throw new Failure(plan.chat === undefined ? `Stage ${plan.stage} has no chats.` : notDeployed(plan));
  const notice: ClosingNotice = { source: "mcp-fleet", close: target, by: await readAuthor(stage) };
  await sqs.send(new SendMessageCommand({ QueueUrl: found.QueueUrl, MessageBody: JSON.stringify(notice) }));
  terminal.print(`What lasts of ${target} is closed in the chats within a minute, by ${notice.by}.`);
  return 0;
}
