import { fileURLToPath } from "node:url";
import { App, CfnOutput, Stack } from "aws-cdk-lib";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue } from "aws-cdk-lib/aws-sqs";

/** Somebody else's app: a function from a folder, and a topic that fills a queue. */
const app = new App();
const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
const stack = new Stack(app, "Stranger", { env: { account, region } });
const queue = new Queue(stack, "Orders");
const topic = new Topic(stack, "Ordered");
topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
const greeter = new LambdaFunction(stack, "Greeter", {
  runtime: Runtime.NODEJS_22_X,
  handler: "index.handler",
  code: Code.fromAsset(fileURLToPath(new URL("greeter", import.meta.url))),
});
new CfnOutput(stack, "QueueUrl", { value: queue.queueUrl });
new CfnOutput(stack, "TopicArn", { value: topic.topicArn });
new CfnOutput(stack, "GreeterName", { value: greeter.functionName });
