import { RemovalPolicy } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { type FunctionProps, Function as SstFunction } from "sst/constructs";
import { names, type StagePlan } from "#fleet";

/** What every function of the fleet has in common. */
export const functionDefaults = {
  runtime: "nodejs24.x",
  architecture: "arm_64",
  memorySize: 512,
  timeout: "30 seconds",
  // Traces would need permissions on every resource, and these functions are a few calls each: logs say as much.
  tracing: "disabled",
  // With source maps SST adds an uploader to each stack; a minified bundle is what keeps the cold start short.
  nodejs: { format: "esm", minify: true, sourcemap: false },
} satisfies FunctionProps;

export interface FunctionRoomProps {
  /** Its folder under `functions/`, and the end of its physical name. */
  readonly name: string;
  readonly description: string;
  /** What its calls need, beside its own log. */
  readonly statements: readonly { readonly actions: readonly string[]; readonly resources: readonly string[] }[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A Lambda function with a role and a log group of its own: `functions/<name>/handler.ts`, and nothing shared. */
export class FunctionRoom extends Construct {
  readonly functionArn: string;

  constructor(
    scope: Construct,
    { stage }: StagePlan,
    { name, description, statements, environment }: FunctionRoomProps,
  ) {
    super(scope, name);
    const functionName = names.function(stage, name);
    const logGroup = new logs.CfnLogGroup(this, "Log", {
      logGroupName: `/aws/lambda/${functionName}`,
      retentionInDays: 365,
    });
    logGroup.applyRemovalPolicy(RemovalPolicy.DESTROY);
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
              ({ actions, resources }) => new iam.PolicyStatement({ actions: [...actions], resources: [...resources] }),
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
      // No other function is bound to this one: without it SST writes its name to a parameter for them.
      _doNotAllowOthersToBind: true,
    });
    lambda.node.addDependency(logGroup);
    this.functionArn = lambda.functionArn;
  }
}
