import * as iam from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { names, type StagePlan } from "#fleet";
import { leanSdk } from "#lambda/bundle/lean-sdk.ts";
import { Alerts } from "../alarms/alerts.ts";
import { type FunctionProps, SstFunction, use } from "../sst.ts";
import { type FunctionCalls, watchFunction } from "./function-alarms.ts";
import { createGroup } from "./log-group.ts";

/** What every function of the fleet has in common. */
export const functionDefaults = {
  runtime: "nodejs24.x",
  architecture: "arm_64",
  memorySize: 512,
  timeout: "30 seconds",
  // Traces would need permissions on every resource, and these functions are a few calls each: logs say as much.
  tracing: "disabled",
  // With source maps SST adds an uploader to each stack; a minified bundle is what keeps the cold start short.
  // Split, so that an SDK client that is imported where it is needed is not compiled at every start.
  nodejs: { format: "esm", minify: true, sourcemap: false, splitting: true, esbuild: { alias: leanSdk } },
} satisfies FunctionProps;

export interface FunctionRoomProps {
  /** Its folder under `functions/`, and the end of its physical name. */
  readonly name: string;
  readonly description: string;
  /** What its calls need, beside its own log. */
  readonly statements: readonly RoomStatement[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly calls: FunctionCalls;
  /** Where its alarms go; the alarm topic unless told. */
  readonly alarmTopicArn?: string;
  /** Default 30. */
  readonly timeoutSeconds?: number;
  /** Default 512. Its share of a processor grows with it: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
  readonly memoryMb?: number;
  /** At most so many calls at once. */
  readonly concurrency?: number;
  /** Files beside the bundle: from the project's root, and in the function's. */
  readonly files?: readonly { readonly from: string; readonly to: string }[];
  /** Packages left out of the bundle, because nothing in this stage comes to load them. */
  readonly without?: readonly string[];
}

export interface RoomStatement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/**
 * A Lambda function with a role, a log group and alarms of its own: `functions/<name>/handler.ts`, and nothing shared.
 */
export class FunctionRoom extends Construct {
  readonly functionArn: string;
  readonly lambda: SstFunction;

  constructor(scope: Construct, plan: StagePlan, props: FunctionRoomProps) {
    const { name, description, calls, statements, environment, timeoutSeconds, memoryMb, concurrency, files, without } =
      props;
    super(scope, name);
    const { stage } = plan;
    const functionName = names.function(stage, name);
    const logGroup = createGroup(this, "Log", plan, `/aws/lambda/${functionName}`);
    const role = new iam.Role(this, "Role", {
      assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: {
        calls: new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({
              actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
              resources: [logGroup.attrArn],
            }),
            ...statements.map(
              ({ actions, resources, conditions }) =>
                new iam.PolicyStatement({
                  actions: [...actions],
                  resources: [...resources],
                  ...(conditions !== undefined && { conditions }),
                }),
            ),
          ],
        }),
      },
    });
    const lambda = new SstFunction(this, name, {
      functionName,
      description,
      handler: `functions/${name}/handler.handler`,
      role,
      environment: { ...environment },
      ...(timeoutSeconds !== undefined && { timeout: timeoutSeconds }),
      ...(memoryMb !== undefined && { memorySize: memoryMb }),
      ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
      ...(files !== undefined && { copyFiles: [...files] }),
      ...(without !== undefined && {
        nodejs: { ...functionDefaults.nodejs, esbuild: { ...functionDefaults.nodejs.esbuild, external: [...without] } },
      }),
      // No other function is bound to this one: without it SST writes its name to a parameter for them.
      _doNotAllowOthersToBind: true,
    });
    lambda.node.addDependency(logGroup);
    this.functionArn = lambda.functionArn;
    this.lambda = lambda;
    // Beside the room, so that what needs the function does not wait for its alarms.
    watchFunction(scope, { stage, name, calls, topicArn: props.alarmTopicArn ?? use(Alerts).topicArn });
  }
}
