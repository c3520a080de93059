/**
 * The properties of the resource types that run here or are records, from CloudFormation's resource specification of
 * November 2026: a template with another one fails on AWS.
 */
const names: Readonly<Record<string, string>> = {
  "AWS::ApplicationAutoScaling::ScalableTarget":
    "MaxCapacity MinCapacity ResourceId RoleARN ScalableDimension ScheduledActions ServiceNamespace SuspendedState Tags",
  "AWS::ApplicationAutoScaling::ScalingPolicy":
    "PolicyName PolicyType PredictiveScalingPolicyConfiguration ResourceId ScalableDimension ScalingTargetId ServiceNamespace StepScalingPolicyConfiguration TargetTrackingScalingPolicyConfiguration",
  "AWS::CertificateManager::Certificate":
    "CertificateAuthorityArn CertificateExport CertificateTransparencyLoggingPreference DomainName DomainValidationOptions KeyAlgorithm SubjectAlternativeNames Tags ValidationMethod",
  "AWS::CloudFormation::WaitConditionHandle": "",
  "AWS::CloudWatch::Alarm":
    "ActionsEnabled AlarmActions AlarmDescription AlarmName ComparisonOperator DatapointsToAlarm Dimensions EvaluateLowSampleCountPercentile EvaluationCriteria EvaluationInterval EvaluationPeriods EvaluationWindow ExtendedStatistic InsufficientDataActions MetricName Metrics Namespace OKActions Period Statistic Tags Threshold ThresholdMetricId TreatMissingData Unit WarmUpConfiguration",
  "AWS::CloudWatch::AnomalyDetector":
    "Configuration Dimensions MetricCharacteristics MetricMathAnomalyDetector MetricName Namespace SingleMetricAnomalyDetector Stat",
  "AWS::CloudWatch::CompositeAlarm":
    "ActionsEnabled ActionsSuppressor ActionsSuppressorExtensionPeriod ActionsSuppressorWaitPeriod AlarmActions AlarmDescription AlarmName AlarmRule InsufficientDataActions OKActions Tags",
  "AWS::CloudWatch::Dashboard": "DashboardBody DashboardName Tags",
  "AWS::DynamoDB::GlobalTable":
    "AttributeDefinitions BillingMode GlobalSecondaryIndexes GlobalTableSourceArn GlobalTableWitnesses KeySchema LocalSecondaryIndexes MultiRegionConsistency ReadOnDemandThroughputSettings ReadProvisionedThroughputSettings Replicas SSESpecification StreamSpecification TableName TimeToLiveSpecification VectorIndexes WarmThroughput WriteOnDemandThroughputSettings WriteProvisionedThroughputSettings",
  "AWS::DynamoDB::Table":
    "AttributeDefinitions BillingMode ContributorInsightsSpecification DeletionProtectionEnabled GlobalSecondaryIndexes ImportSourceSpecification KeySchema KinesisStreamSpecification LocalSecondaryIndexes OnDemandThroughput PointInTimeRecoverySpecification ProvisionedThroughput ResourcePolicy SSESpecification StreamSpecification TableClass TableName Tags TimeToLiveSpecification VectorIndexes WarmThroughput",
  "AWS::EC2::DHCPOptions":
    "DomainName DomainNameServers Ipv6AddressPreferredLeaseTime NetbiosNameServers NetbiosNodeType NtpServers Tags",
  "AWS::EC2::EIP": "Address Domain InstanceId IpamPoolId NetworkBorderGroup PublicIpv4Pool Tags TransferAddress",
  "AWS::EC2::EgressOnlyInternetGateway": "Tags VpcId",
  "AWS::EC2::FlowLog":
    "DeliverCrossAccountRole DeliverLogsPermissionArn DestinationOptions LogDestination LogDestinationType LogFormat LogGroupName MaxAggregationInterval ResourceId ResourceType TagFieldSpecifications Tags TrafficType",
  "AWS::EC2::InternetGateway": "Tags",
  "AWS::EC2::NatGateway":
    "AllocationId AvailabilityMode AvailabilityZoneAddresses ConnectivityType MaxDrainDurationSeconds PrivateIpAddress SecondaryAllocationIds SecondaryPrivateIpAddressCount SecondaryPrivateIpAddresses SubnetId Tags VpcId",
  "AWS::EC2::NetworkAcl": "Tags VpcId",
  "AWS::EC2::NetworkAclEntry":
    "CidrBlock Egress Icmp Ipv6CidrBlock NetworkAclId PortRange Protocol RuleAction RuleNumber",
  "AWS::EC2::PrefixList": "AddressFamily Entries MaxEntries PrefixListName Tags",
  "AWS::EC2::Route":
    "CarrierGatewayId CoreNetworkArn DestinationCidrBlock DestinationIpv6CidrBlock DestinationPrefixListId EgressOnlyInternetGatewayId GatewayId InstanceId LocalGatewayId NatGatewayId NetworkInterfaceId OdbNetworkArn RouteTableId TransitGatewayId VpcEndpointId VpcPeeringConnectionId",
  "AWS::EC2::RouteTable": "Tags VpcId",
  "AWS::EC2::SecurityGroup": "GroupDescription GroupName SecurityGroupEgress SecurityGroupIngress Tags VpcId",
  "AWS::EC2::SecurityGroupEgress":
    "CidrIp CidrIpv6 Description DestinationPrefixListId DestinationSecurityGroupId FromPort GroupId IpProtocol ToPort",
  "AWS::EC2::SecurityGroupIngress":
    "CidrIp CidrIpv6 Description FromPort GroupId GroupName IpProtocol SourcePrefixListId SourceSecurityGroupId SourceSecurityGroupName SourceSecurityGroupOwnerId ToPort",
  "AWS::EC2::Subnet":
    "AssignIpv6AddressOnCreation AvailabilityZone AvailabilityZoneId CidrBlock EnableDns64 EnableLniAtDeviceIndex Ipv4IpamPoolId Ipv4NetmaskLength Ipv6CidrBlock Ipv6IpamPoolId Ipv6Native Ipv6NetmaskLength MapPublicIpOnLaunch OutpostArn PrivateDnsNameOptionsOnLaunch Tags VpcId",
  "AWS::EC2::SubnetNetworkAclAssociation": "NetworkAclId SubnetId",
  "AWS::EC2::SubnetRouteTableAssociation": "RouteTableId SubnetId",
  "AWS::EC2::VPC":
    "CidrBlock EnableDnsHostnames EnableDnsSupport InstanceTenancy Ipv4IpamPoolId Ipv4NetmaskLength Tags VpcEncryptionControl",
  "AWS::EC2::VPCDHCPOptionsAssociation": "DhcpOptionsId VpcId",
  "AWS::EC2::VPCEndpoint":
    "DnsOptions IpAddressType PolicyDocument PrivateDnsEnabled ResourceConfigurationArn RouteTableIds SecurityGroupIds ServiceName ServiceNetworkArn ServiceRegion SubnetIds Tags VpcEndpointType VpcId",
  "AWS::EC2::VPCGatewayAttachment": "InternetGatewayId VpcId VpnGatewayId",
  "AWS::ECR::Repository":
    "EmptyOnDelete EncryptionConfiguration ImageScanningConfiguration ImageTagMutability ImageTagMutabilityExclusionFilters LifecyclePolicy RepositoryName RepositoryPolicyText Tags",
  "AWS::ECS::Cluster":
    "CapacityProviders ClusterName ClusterSettings Configuration DefaultCapacityProviderStrategy ServiceConnectDefaults Tags",
  "AWS::ECS::ClusterCapacityProviderAssociations": "CapacityProviders Cluster DefaultCapacityProviderStrategy",
  "AWS::ECS::Service":
    "AvailabilityZoneRebalancing CapacityProviderStrategy Cluster DeploymentConfiguration DeploymentController DesiredCount EnableECSManagedTags EnableExecuteCommand ForceNewDeployment HealthCheckGracePeriodSeconds LaunchType LoadBalancers Monitoring NetworkConfiguration PlacementConstraints PlacementStrategies PlatformVersion PropagateTags Role SchedulingStrategy ServiceConnectConfiguration ServiceName ServiceRegistries Tags TaskDefinition VolumeConfigurations VpcLatticeConfigurations",
  "AWS::ECS::TaskDefinition":
    "ContainerDefinitions Cpu EnableFaultInjection EphemeralStorage ExecutionRoleArn Family InferenceAccelerators IpcMode Memory NetworkMode PidMode PlacementConstraints ProxyConfiguration RequiresCompatibilities RuntimePlatform Tags TaskRoleArn Volumes",
  "AWS::ElastiCache::ParameterGroup": "CacheParameterGroupFamily Description Properties Tags",
  "AWS::ElastiCache::ReplicationGroup":
    "AtRestEncryptionEnabled AuthToken AutoMinorVersionUpgrade AutomaticFailoverEnabled CacheNodeType CacheParameterGroupName CacheSecurityGroupNames CacheSubnetGroupName ClusterMode DataTieringEnabled Durability Engine EngineVersion GlobalReplicationGroupId IpDiscovery KmsKeyId LogDeliveryConfigurations MultiAZEnabled NetworkType NodeGroupConfiguration NotificationTopicArn NumCacheClusters NumNodeGroups Port PreferredCacheClusterAZs PreferredMaintenanceWindow PrimaryClusterId ReplicasPerNodeGroup ReplicationGroupDescription ReplicationGroupId SecurityGroupIds SnapshotArns SnapshotName SnapshotRetentionLimit SnapshotWindow SnapshottingClusterId Tags TransitEncryptionEnabled TransitEncryptionMode UserGroupIds",
  "AWS::ElastiCache::SubnetGroup": "CacheSubnetGroupName Description SubnetIds Tags",
  "AWS::ElastiCache::User": "AccessString AuthenticationMode Engine NoPasswordRequired Passwords Tags UserId UserName",
  "AWS::ElastiCache::UserGroup": "Engine Tags UserGroupId UserIds",
  "AWS::ElasticLoadBalancingV2::Listener":
    "AlpnPolicy Certificates DefaultActions ListenerAttributes LoadBalancerArn MutualAuthentication Port Protocol SslPolicy Tags",
  "AWS::ElasticLoadBalancingV2::ListenerCertificate": "Certificates ListenerArn",
  "AWS::ElasticLoadBalancingV2::ListenerRule": "Actions Conditions ListenerArn Priority Tags Transforms",
  "AWS::ElasticLoadBalancingV2::LoadBalancer":
    "EnableCapacityReservationProvisionStabilize EnablePrefixForIpv6SourceNat EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic IpAddressType Ipv4IpamPoolId LoadBalancerAttributes MinimumLoadBalancerCapacity Name Scheme SecurityGroups SubnetMappings Subnets Tags Type",
  "AWS::ElasticLoadBalancingV2::TargetGroup":
    "HealthCheckEnabled HealthCheckIntervalSeconds HealthCheckPath HealthCheckPort HealthCheckProtocol HealthCheckTimeoutSeconds HealthyThresholdCount IpAddressType Matcher Name Port Protocol ProtocolVersion Tags TargetControlPort TargetGroupAttributes TargetType Targets UnhealthyThresholdCount VpcId",
  "AWS::Events::EventBus": "DeadLetterConfig Description EventSourceName KmsKeyIdentifier LogConfig Name Policy Tags",
  "AWS::Events::EventBusPolicy": "Action Condition EventBusName Principal Statement StatementId",
  "AWS::Events::Rule": "Description EventBusName EventPattern Name RoleArn ScheduleExpression State Tags Targets",
  "AWS::IAM::ManagedPolicy": "Description Groups ManagedPolicyName Path PolicyDocument Roles Users",
  "AWS::IAM::Policy": "Groups PolicyDocument PolicyName Roles Users",
  "AWS::IAM::Role":
    "AssumeRolePolicyDocument Description ManagedPolicyArns MaxSessionDuration Path PermissionsBoundary Policies RoleName Tags",
  "AWS::IAM::ServiceLinkedRole": "AWSServiceName CustomSuffix Description",
  "AWS::KMS::Alias": "AliasName TargetKeyId",
  "AWS::KMS::Key":
    "BypassPolicyLockoutSafetyCheck Description EnableKeyRotation Enabled KeyPolicy KeySpec KeyUsage MultiRegion Origin PendingWindowInDays RotationPeriodInDays Tags",
  "AWS::Lambda::Alias": "Description FunctionName FunctionVersion Name ProvisionedConcurrencyConfig RoutingConfig",
  "AWS::Lambda::EventInvokeConfig":
    "DestinationConfig FunctionName MaximumEventAgeInSeconds MaximumRetryAttempts Qualifier",
  "AWS::Lambda::EventSourceMapping":
    "AmazonManagedKafkaEventSourceConfig BatchSize BisectBatchOnFunctionError DestinationConfig DocumentDBEventSourceConfig Enabled EventSourceArn FilterCriteria FunctionName FunctionResponseTypes KmsKeyArn LoggingConfig MaximumBatchingWindowInSeconds MaximumRecordAgeInSeconds MaximumRetryAttempts MetricsConfig ParallelizationFactor ProvisionedPollerConfig Queues ScalingConfig SelfManagedEventSource SelfManagedKafkaEventSourceConfig SourceAccessConfigurations StartingPosition StartingPositionTimestamp Tags Topics TumblingWindowInSeconds",
  "AWS::Lambda::Function":
    "Architectures CapacityProviderConfig Code CodeSigningConfigArn DeadLetterConfig Description DurableConfig Environment EphemeralStorage FileSystemConfigs FunctionName FunctionScalingConfig Handler ImageConfig KmsKeyArn Layers LoggingConfig MemorySize PackageType PublishToLatestPublished RecursiveLoop ReservedConcurrentExecutions Role Runtime RuntimeManagementConfig SnapStart Tags TenancyConfig Timeout TracingConfig VpcConfig",
  "AWS::Lambda::LayerVersion": "CompatibleArchitectures CompatibleRuntimes Content Description LayerName LicenseInfo",
  "AWS::Lambda::Permission":
    "Action EventSourceToken FunctionName FunctionUrlAuthType InvokedViaFunctionUrl Principal PrincipalOrgID SourceAccount SourceArn",
  "AWS::Lambda::Url": "AuthType Cors InvokeMode Qualifier TargetFunctionArn",
  "AWS::Lambda::Version":
    "CodeSha256 Description FunctionName FunctionScalingConfig ProvisionedConcurrencyConfig RuntimePolicy",
  "AWS::Logs::LogGroup":
    "BearerTokenAuthenticationEnabled DataProtectionPolicy DeletionProtectionEnabled FieldIndexPolicies KmsKeyId LogGroupClass LogGroupName ResourcePolicyDocument RetentionInDays Tags",
  "AWS::Logs::MetricFilter":
    "ApplyOnTransformedLogs EmitSystemFieldDimensions FieldSelectionCriteria FilterName FilterPattern LogGroupName MetricTransformations",
  "AWS::Logs::ResourcePolicy": "PolicyDocument PolicyName",
  "AWS::Route53::HostedZone": "HostedZoneConfig HostedZoneFeatures HostedZoneTags Name QueryLoggingConfig VPCs",
  "AWS::Route53::RecordSet":
    "AliasTarget CidrRoutingConfig Comment Failover GeoLocation HealthCheckId HostedZoneId HostedZoneName MultiValueAnswer Name Region ResourceRecords SetIdentifier TTL Type Weight",
  "AWS::Route53::RecordSetGroup": "Comment HostedZoneId HostedZoneName RecordSets",
  "AWS::S3::Bucket":
    "AbacStatus AccelerateConfiguration AccessControl AnalyticsConfigurations BucketEncryption BucketName BucketNamePrefix BucketNamespace CorsConfiguration IntelligentTieringConfigurations InventoryConfigurations LifecycleConfiguration LoggingConfiguration MetadataConfiguration MetadataTableConfiguration MetricsConfigurations NotificationConfiguration ObjectLockConfiguration ObjectLockEnabled OwnershipControls PublicAccessBlockConfiguration ReplicationConfiguration Tags VersioningConfiguration WebsiteConfiguration",
  "AWS::S3::BucketPolicy": "Bucket PolicyDocument",
  "AWS::SNS::Subscription":
    "DeliveryPolicy Endpoint FilterPolicy FilterPolicyScope Protocol RawMessageDelivery RedrivePolicy Region ReplayPolicy SubscriptionRoleArn TopicArn",
  "AWS::SNS::Topic":
    "ArchivePolicy ContentBasedDeduplication DataProtectionPolicy DeliveryStatusLogging DisplayName FifoThroughputScope FifoTopic KmsMasterKeyId MaximumMessageSize SignatureVersion Subscription Tags TopicName TracingConfig",
  "AWS::SNS::TopicPolicy": "PolicyDocument Topics",
  "AWS::SQS::Queue":
    "ContentBasedDeduplication DeduplicationScope DelaySeconds FifoQueue FifoThroughputLimit KmsDataKeyReusePeriodSeconds KmsMasterKeyId MaximumMessageSize MessageRetentionPeriod QueueName ReceiveMessageWaitTimeSeconds RedriveAllowPolicy RedrivePolicy SqsManagedSseEnabled Tags VisibilityTimeout",
  "AWS::SQS::QueuePolicy": "PolicyDocument Queues",
  "AWS::SSM::Parameter": "AllowedPattern DataType Description Name Policies Tags Tier Type Value",
  "AWS::SecretsManager::ResourcePolicy": "BlockPublicPolicy ResourcePolicy SecretId",
  "AWS::SecretsManager::RotationSchedule":
    "ExternalSecretRotationMetadata ExternalSecretRotationRoleArn HostedRotationLambda RotateImmediatelyOnUpdate RotationLambdaARN RotationRules SecretId",
  "AWS::SecretsManager::Secret": "Description GenerateSecretString KmsKeyId Name ReplicaRegions SecretString Tags Type",
  "AWS::SecretsManager::SecretTargetAttachment": "SecretId TargetId TargetType",
  "AWS::ServiceDiscovery::PrivateDnsNamespace": "Description Name Properties Tags Vpc",
  "AWS::WAFv2::WebACL":
    "ApplicationConfig AssociationConfig CaptchaConfig ChallengeConfig CustomResponseBodies DataProtectionConfig DefaultAction Description Name OnSourceDDoSProtectionConfig Rules Scope Tags TokenDomains VisibilityConfig",
  "AWS::WAFv2::WebACLAssociation": "ResourceArn WebACLArn",
};

/** `undefined` for a type whose properties are its maker's business: a custom resource. */
export function propertyNames(type: string): ReadonlySet<string> | undefined {
  const known = Object.hasOwn(names, type) ? names[type] : undefined;
  return known === undefined ? undefined : new Set(known.split(" "));
}
