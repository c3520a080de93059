/** Actions of a policy that nothing on this machine calls, by the reason why. */
type Unprovoked = Readonly<Record<string, readonly string[]>>;

export const unprovokedByDeploys: Unprovoked = {
  "Images and quotas are asked about on AWS alone.": [
    ...["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "lambda:GetAccountSettings", "ec2:DescribeAddresses"],
    ...["ec2:DescribeAccountAttributes", "elasticloadbalancing:DescribeAccountLimits"],
  ],
  "They go with the quotas.": [
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroups",
  ],
  "CloudFormation asks for it when it is given a role; here it takes on none.": ["iam:PassRole"],
  "A release that its alarms end has them asked.": ["cloudwatch:DescribeAlarms"],
  "CDK takes back a change set that changes nothing.": ["cloudformation:DeleteChangeSet"],
  "A task that fails its health check has it asked.": ["ecs:DescribeServices"],
  "CloudFormation makes CDK's bootstrap with the caller's rights; here with its own.": [
    ...["s3:CreateBucket", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning"],
    ...["s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration"],
    ...["ecr:CreateRepository", "ecr:DescribeRepositories", "ecr:PutLifecyclePolicy", "ecr:PutImageTagMutability"],
    ...["ecr:SetRepositoryPolicy", "iam:CreateRole", "iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy"],
    ...["iam:AttachRolePolicy", "iam:TagRole", "ssm:PutParameter", "ssm:GetParameter", "ssm:GetParameters"],
  ],
};
