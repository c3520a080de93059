/** Billed by use, so free while idle. The estimate leaves these out, and states that. */
export const billedByUse = [
  "AWS::DynamoDB::Table",
  "AWS::EC2::FlowLog",
  "AWS::Events::Rule",
  "AWS::Lambda::Function",
  "AWS::Logs::LogGroup",
  "AWS::SNS::Subscription",
  "AWS::SNS::Topic",
  "AWS::SQS::Queue",
  // Each is a function of ours that CloudFormation calls.
  "Custom::FirstSecretValue",
  "Custom::SecretAlignment",
  "Custom::ValidationRecords",
] as const;

/** What AWS does not bill, or bills as part of something else. */
export const free = [
  // Its policy is what has alarms, which are billed.
  "AWS::ApplicationAutoScaling::ScalableTarget",
  "AWS::CertificateManager::Certificate",
  "AWS::CloudFormation::WaitConditionHandle",
  "AWS::EC2::InternetGateway",
  "AWS::EC2::Route",
  "AWS::EC2::RouteTable",
  "AWS::EC2::SecurityGroup",
  "AWS::EC2::SecurityGroupEgress",
  "AWS::EC2::SecurityGroupIngress",
  "AWS::EC2::Subnet",
  "AWS::EC2::SubnetRouteTableAssociation",
  "AWS::EC2::VPC",
  "AWS::EC2::VPCGatewayAttachment",
  "AWS::ECS::Cluster",
  "AWS::ECS::TaskDefinition",
  "AWS::ElastiCache::SubnetGroup",
  "AWS::ElasticLoadBalancingV2::Listener",
  "AWS::ElasticLoadBalancingV2::ListenerRule",
  "AWS::ElasticLoadBalancingV2::TargetGroup",
  "AWS::IAM::Policy",
  "AWS::IAM::Role",
  "AWS::Lambda::EventSourceMapping",
  "AWS::Lambda::Permission",
  "AWS::Lambda::Url",
  "AWS::Route53::RecordSet",
  "AWS::SNS::TopicPolicy",
  "AWS::SQS::QueuePolicy",
  "AWS::SecretsManager::ResourcePolicy",
  "AWS::SecretsManager::RotationSchedule",
] as const;
