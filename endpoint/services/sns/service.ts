import { AwsError } from "#endpoint/core/errors.ts";
import type { TopicPublisher } from "#endpoint/core/ports.ts";
import type { AwsService, HttpRequest, HttpResponse } from "#endpoint/core/service.ts";
import { accessOf } from "./access.ts";
import type { DeliveryPorts } from "./delivery.ts";
import type { SnsPorts } from "./engine.ts";
import { certificatePath, publicPath } from "./message.ts";
import { operationsOf } from "./operations.ts";
import { Publisher } from "./publisher.ts";
import { quotas } from "./quotas.ts";
import { resourcesOf } from "./resources.ts";
import type { SigningKey } from "./signature.ts";
import { Subscriber } from "./subscriber.ts";
import { Topics } from "./topics.ts";

export interface Sns {
  readonly service: AwsService;
  readonly topics: TopicPublisher;
  stop(): Promise<void>;
}

/**
 * SNS, standard topics. fauxqs has SNS too, but delivers only to queues and writes its own account into every
 * envelope.
 */
export function createSns(ports: SnsPorts): Sns {
  const stopped = new AbortController();
  let key: Promise<SigningKey> | undefined;
  const signingKey = () => {
    key ??= ports.signingKey();
    return key;
  };
  const delivery: DeliveryPorts = { post: postOverHttp, ...ports, signingKey, signal: stopped.signal };
  const topics = new Topics(ports.place);
  const publisher = new Publisher(delivery, topics);
  const { place, keys } = ports;
  const engine = { topics, publisher, subscriber: new Subscriber(delivery, topics), place, keys };
  const stop = async () => {
    stopped.abort();
    await publisher.settled();
  };

  /** https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
  const checkKey = (topicArn: string, alarm: string) => {
    const key = topics.topic(topicArn).attributes.get("KmsMasterKeyId");
    if (key === undefined || keys === undefined) return;
    const source = { "aws:SourceArn": alarm, "aws:SourceAccount": place.account };
    if (!keys.letsService(key, "cloudwatch.amazonaws.com", source))
      throw new AwsError(
        "KMSAccessDenied",
        "CloudWatch Alarms does not have authorization to access the SNS topic encryption key.",
      );
  };
  const service: AwsService = {
    signingName: "sns",
    protocol: { kind: "query", namespace: "http://sns.amazonaws.com/doc/2010-03-31/" },
    operations: operationsOf(engine),
    quotas,
    resources: resourcesOf(engine),
    publicRoutes: [{ method: "GET", pathPrefix: publicPath, handle: (request) => follow(topics, signingKey, request) }],
    ...accessOf(engine),
    stop,
  };
  return {
    service,
    topics: {
      async publish(topicArn, { subject, body }, alarm) {
        if (alarm !== undefined) checkKey(topicArn, alarm);
        publisher.publish(topicArn, {
          Message: body,
          MessageAttributes: {},
          ...(subject !== undefined && { Subject: subject }),
        });
      },
    },
    stop,
  };
}

/** The links in a message: confirm a subscription, end it, or see what signed the message. */
async function follow(
  topics: Topics,
  signingKey: () => Promise<SigningKey>,
  request: HttpRequest,
): Promise<HttpResponse> {
  const headers = { "content-type": "text/plain; charset=utf-8" };
  try {
    if (request.path === certificatePath) return { status: 200, headers, body: (await signingKey()).certificate };
    const action = request.query.get("Action");
    if (action === "ConfirmSubscription") {
      topics.confirm(request.query.get("TopicArn") ?? "", request.query.get("Token") ?? "");
      return { status: 200, headers, body: "Subscription confirmed.\n" };
    }
    if (action === "Unsubscribe") {
      topics.unsubscribe(request.query.get("SubscriptionArn") ?? "");
      return { status: 200, headers, body: "Subscription ended.\n" };
    }
    return { status: 404, headers, body: "Allowed: Action=ConfirmSubscription, Action=Unsubscribe.\n" };
  } catch (error) {
    if (error instanceof AwsError) return { status: error.status, headers, body: `${error.message}\n` };
    throw error;
  }
}

/** SNS gives a web address 15 s to answer. */
const postTimeoutMs = 15_000;

async function postOverHttp(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<void> {
  const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(postTimeoutMs) });
  await response.body?.cancel();
  // The address may hold a token: name only its host.
  if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
}
