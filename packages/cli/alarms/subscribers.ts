import { paginateListSubscriptionsByTopic, SNSClient, type Subscription } from "@aws-sdk/client-sns";
import { isAwsError } from "../aws.ts";
import type { Stage } from "../stage.ts";

export interface Subscriber {
  /** `email`, `sqs`, `lambda`, … */
  readonly protocol: string;
  /** Where it leads; for a web address, which may itself be a secret, only the host. */
  readonly endpoint: string;
  readonly confirmed: boolean;
}

/** Who is subscribed to a topic; `undefined` if there is no such topic. */
export async function readSubscribers({ aws }: Stage, TopicArn: string): Promise<readonly Subscriber[] | undefined> {
  const found: Subscriber[] = [];
  try {
    for await (const page of paginateListSubscriptionsByTopic({ client: aws.client(SNSClient) }, { TopicArn })) {
      found.push(...(page.Subscriptions ?? []).map(subscriberOf));
    }
  } catch (error) {
    if (isAwsError(error, "NotFoundException", "NotFound")) return undefined;
    throw error;
  }
  return found;
}

/** SNS shows a word such as `PendingConfirmation` in place of the ARN of one that was not confirmed. */
function subscriberOf({ Protocol = "", Endpoint = "", SubscriptionArn = "" }: Subscription): Subscriber {
  const endpoint = Protocol.startsWith("http") ? (URL.parse(Endpoint)?.host ?? "") : Endpoint;
  return { protocol: Protocol, endpoint, confirmed: SubscriptionArn.startsWith("arn:") };
}
