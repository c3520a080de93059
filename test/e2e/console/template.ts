import { names } from "#fleet";
import { echoCommand } from "../../stage/maps.ts";

const stage = "local";
const ref = (id: string) => ({ Ref: id });
const arnOf = (id: string, attribute = "Arn") => ({ "Fn::GetAtt": [id, attribute] });

/** One deployed service with a secret that rotates and an alarm: a fleet small enough to be up in a second. */
export const template = {
  Resources: {
    Balancer: {
      Type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
      Properties: { Name: names.balancer(stage, 1), Type: "application", Subnets: ["subnet-a", "subnet-b"] },
    },
    Group: {
      Type: "AWS::ElasticLoadBalancingV2::TargetGroup",
      Properties: {
        Name: names.targetGroup(stage, "echo"),
        Port: 8000,
        Protocol: "HTTP",
        TargetType: "ip",
        VpcId: "vpc-1",
        HealthCheckPath: "/health",
        TargetGroupAttributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "1" }],
      },
    },
    Http: {
      Type: "AWS::ElasticLoadBalancingV2::Listener",
      Properties: {
        LoadBalancerArn: ref("Balancer"),
        Port: 80,
        Protocol: "HTTP",
        DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
      },
    },
    Rule: {
      Type: "AWS::ElasticLoadBalancingV2::ListenerRule",
      Properties: {
        ListenerArn: ref("Http"),
        Priority: 100,
        Conditions: [{ Field: "host-header", HostHeaderConfig: { Values: ["echo.mcp.localhost"] } }],
        Actions: [{ Type: "forward", TargetGroupArn: ref("Group") }],
      },
    },
    Cluster: { Type: "AWS::ECS::Cluster", Properties: { ClusterName: names.cluster(stage) } },
    Good: taskDefinition(echoCommand("echo")),
    Broken: taskDefinition([process.execPath, "--eval", "process.exit(3)"]),
    Service: {
      Type: "AWS::ECS::Service",
      DependsOn: ["Rule"],
      Properties: {
        Cluster: ref("Cluster"),
        ServiceName: names.service(stage, "echo"),
        TaskDefinition: ref("Good"),
        DesiredCount: 2,
        LaunchType: "FARGATE",
        LoadBalancers: [{ TargetGroupArn: ref("Group"), ContainerName: "echo", ContainerPort: 8000 }],
        DeploymentConfiguration: {
          DeploymentCircuitBreaker: { Enable: true, Rollback: true },
          MinimumHealthyPercent: 100,
          MaximumPercent: 200,
        },
      },
    },
    Alarm: {
      Type: "AWS::CloudWatch::Alarm",
      Properties: {
        AlarmName: names.alarm(stage, "echo", "errors5xx"),
        Namespace: "AWS/ApplicationELB",
        MetricName: "HTTPCode_Target_5XX_Count",
        Statistic: "Sum",
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "GreaterThanThreshold",
        TreatMissingData: "ignore",
      },
    },
    Secret: {
      Type: "AWS::SecretsManager::Secret",
      Properties: { Name: names.secret(stage, "greeting"), SecretString: "first-value-never-shown" },
    },
    Rotation: {
      Type: "AWS::SecretsManager::RotationSchedule",
      DependsOn: ["RotationPermission"],
      Properties: {
        SecretId: ref("Secret"),
        RotationLambdaARN: arnOf("Rotate"),
        RotationRules: { ScheduleExpression: "rate(30 days)" },
        RotateImmediatelyOnUpdate: false,
      },
    },
    RotationPermission: {
      Type: "AWS::Lambda::Permission",
      Properties: {
        FunctionName: ref("Rotate"),
        Action: "lambda:InvokeFunction",
        Principal: "secretsmanager.amazonaws.com",
      },
    },
    Rotate: {
      Type: "AWS::Lambda::Function",
      Properties: {
        FunctionName: names.function(stage, "rotate-greeting"),
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Timeout: 20,
        Role: arnOf("RotateRole"),
        Code: { ZipFile: rotation() },
      },
    },
    RotateRole: {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: {
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
        },
        Policies: [
          {
            PolicyName: "rotate",
            PolicyDocument: {
              Version: "2012-10-17",
              Statement: [{ Effect: "Allow", Action: "secretsmanager:*", Resource: ref("Secret") }],
            },
          },
        ],
      },
    },
  },
  Outputs: { Broken: { Value: ref("Broken") }, Balancer: { Value: ref("Balancer") } },
};

function taskDefinition(command: readonly string[]) {
  return {
    Type: "AWS::ECS::TaskDefinition",
    Properties: {
      Family: names.taskFamily(stage, "echo"),
      Cpu: "256",
      Memory: "512",
      NetworkMode: "awsvpc",
      RequiresCompatibilities: ["FARGATE"],
      ContainerDefinitions: [
        {
          Name: "echo",
          Image: "registry.example.com/mcp/echo:1.0.0",
          Essential: true,
          PortMappings: [{ ContainerPort: 8000 }],
          DockerLabels: { "mcp-fleet.local-command": JSON.stringify(command) },
        },
      ],
    },
  };
}

/** Source of a function that takes the four steps of a rotation, and tests nothing. */
function rotation(): string {
  return `
const { SecretsManager } = require("@aws-sdk/client-secrets-manager");
exports.handler = async ({ Step, SecretId, ClientRequestToken }) => {
  const secrets = new SecretsManager({});
  if (Step === "createSecret") {
    await secrets.putSecretValue({
      SecretId, ClientRequestToken, SecretString: "rotated-value-never-shown", VersionStages: ["AWSPENDING"],
    });
  }
  if (Step === "finishSecret") {
    const { VersionIdsToStages } = await secrets.describeSecret({ SecretId });
    const current = Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id].includes("AWSCURRENT"));
    await secrets.updateSecretVersionStage({
      SecretId, VersionStage: "AWSCURRENT", MoveToVersionId: ClientRequestToken, RemoveFromVersionId: current,
    });
  }
};`;
}
