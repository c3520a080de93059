import * as v from "valibot";
import { AwsError } from "../../endpoint/errors.ts";
import type { TopicPublisher } from "../../endpoint/ports.ts";
import type { AwsService, HttpRequest, HttpResponse } from "../../endpoint/service.ts";
import type { DeliveryPorts } from "./delivery.ts";
import { publicPath } from "./message.ts";
import { subscriptionOperations, topicOperations } from "./operations.ts";
import { Publisher } from "./publisher.ts";
import { TopicRegistry } from "./registry.ts";
import { subscriptionProvider, topicPolicyProvider, topicProvider } from "./resources.ts";
import { Subscriber } from "./subscriber.ts";

export interface Sns {
  readonly service: AwsService;
  readonly topics: TopicPublisher;
  stop(): Promise<void>;
}

/**
 * SNS, standard topics. fauxqs has SNS too, but delivers to queues alone and writes an account of its own into every
 * envelope.
 */
export function createSns(ports: Omit<DeliveryPorts, "signal" | "post"> & Partial<Pick<DeliveryPorts, "post">>): Sns {
  const stopped = new AbortController();
  const delivery: DeliveryPorts = { post: postOverHttp, ...ports, signal: stopped.signal };
  const registry = new TopicRegistry(ports.place);
  const publisher = new Publisher(delivery, registry);
  const subscriber = new Subscriber(delivery, registry);
  const stop = async () => {
    stopped.abort();
    await publisher.settled();
  };

  const service: AwsService = {
    signingName: "sns",
    protocol: { kind: "query", namespace: "http://sns.amazonaws.com/doc/2010-03-31/" },
    operations: { ...topicOperations(registry, publisher), ...subscriptionOperations(registry, subscriber) },
    resources: {
      "AWS::SNS::Topic": topicProvider(registry, subscriber),
      "AWS::SNS::Subscription": subscriptionProvider(registry, subscriber),
      "AWS::SNS::TopicPolicy": topicPolicyProvider,
    },
    publicRoutes: [{ method: "GET", pathPrefix: publicPath, handle: (request) => follow(registry, request) }],
    resourceOf: (_operation, input) => {
      const named = v.safeParse(v.object({ TopicArn: v.string() }), input);
      return named.success ? named.output.TopicArn : undefined;
    },
    stop,
  };
  return {
    service,
    topics: {
      async publish(topicArn, { subject, body }) {
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

/** The links in a message: confirm a subscription, or end it. */
function follow(registry: TopicRegistry, request: HttpRequest): HttpResponse {
  const headers = { "content-type": "text/plain; charset=utf-8" };
  try {
    const action = request.query.get("Action");
    if (action === "ConfirmSubscription") {
      registry.confirm(request.query.get("TopicArn") ?? "", request.query.get("Token") ?? "");
      return { status: 200, headers, body: "Subscription confirmed.\n" };
    }
    if (action === "Unsubscribe") {
      registry.unsubscribe(request.query.get("SubscriptionArn") ?? "");
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
  // The address may hold a token: name its host alone.
  if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
}
