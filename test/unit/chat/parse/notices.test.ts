import { describe, expect, it } from "vitest";
import { headlineOf } from "#chat/incident/headline.ts";
import { parse } from "#chat/parse/index.ts";

const event = (type: string, source: string, detail: object) => ({
  version: "0",
  id: "5d7c8a34-7f0e-4a9c-8a51-0d1f6b8d6a11",
  "detail-type": type,
  source,
  account: "210987654321",
  time: "2026-10-04T06:11:12Z",
  region: "eu-central-1",
  resources: [],
  detail,
});
const published = (Message: string | object, more: object = {}) => ({
  Type: "Notification",
  MessageId: "5d7c8a34-7f0e-4a9c-8a51-0d1f6b8d6a12",
  TopicArn: "arn:aws:sns:eu-central-1:210987654321:team",
  Message: typeof Message === "string" ? Message : JSON.stringify(Message),
  Timestamp: "2026-10-04T06:11:12.000Z",
  ...more,
});

/** What other services of AWS report, each as the service writes it: title, severity. */
const notices: readonly (readonly [what: string, body: object, title: string, severity: string])[] = [
  [
    "a finding of GuardDuty",
    event("GuardDuty Finding", "aws.guardduty", {
      id: "f1",
      type: "CryptoCurrency:EC2/BitcoinTool.B!DNS",
      severity: 5.5,
      title: "The EC2 instance i-0c3 is querying a domain of a mining pool.",
      description: "EC2 instance i-0c3 queries a domain name that is associated with mining.",
    }),
    "GuardDuty Finding: The EC2 instance i-0c3 is querying a domain of a mining pool.",
    "warning",
  ],
  [
    "a finding of Security Hub",
    event("Security Hub Findings - Imported", "aws.securityhub", {
      findings: [{ Title: "S3.8 buckets should block public access", Severity: { Label: "HIGH", Normalized: 70 } }],
    }),
    "Security Hub Findings: S3.8 buckets should block public access",
    "critical",
  ],
  [
    "an enhanced scan, by Inspector",
    event("Inspector2 Scan", "aws.inspector2", {
      "scan-status": "INITIAL_SCAN_COMPLETE",
      "repository-name": "arn:aws:ecr:eu-central-1:210987654321:repository/team/orders",
      "finding-severity-counts": { CRITICAL: 1, HIGH: 4, TOTAL: 9 },
      "image-tags": ["v7"],
    }),
    "ECR scan of team/orders:v7: found 1 critical, 4 high",
    "critical",
  ],
  [
    "an anomaly of costs",
    published({
      anomalyId: "a1",
      monitorName: "services",
      impact: { maxImpact: 151, totalActualSpend: 1301, totalExpectedSpend: 300, totalImpact: 1001 },
      rootCauses: [{ service: "AmazonCloudWatch", usageType: "DataProcessing-Bytes" }],
    }),
    "Cost anomaly in AmazonCloudWatch: 1001 USD more than expected",
    "warning",
  ],
  [
    "a failover of RDS",
    event("RDS DB Instance Event", "aws.rds", {
      EventCategories: ["failover"],
      SourceIdentifier: "orders",
      Message: "Multi-AZ instance failover started.",
    }),
    "RDS DB Instance orders: Multi-AZ instance failover started.",
    "warning",
  ],
  [
    "an issue of AWS Health",
    event("AWS Health Event", "aws.health", {
      eventArn: "arn:aws:health:eu-central-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/1",
      service: "EC2",
      eventTypeCode: "AWS_EC2_OPERATIONAL_ISSUE",
      eventTypeCategory: "issue",
      statusCode: "open",
      eventDescription: [{ language: "en_US", latestDescription: "We are investigating increased error rates." }],
    }),
    "AWS Health, EC2: operational issue, open",
    "critical",
  ],
  [
    "the end of an issue of AWS Health",
    event("AWS Health Event", "aws.health", {
      service: "EC2",
      eventTypeCode: "AWS_EC2_OPERATIONAL_ISSUE",
      eventTypeCategory: "issue",
      statusCode: "closed",
    }),
    "AWS Health, EC2: operational issue, closed",
    "info",
  ],
  [
    "a scan of ECR",
    event("ECR Image Scan", "aws.ecr", {
      "scan-status": "COMPLETE",
      "repository-name": "mcp/wiki",
      "finding-severity-counts": { CRITICAL: 2, MEDIUM: 9 },
      "image-digest": "sha256:0a1b",
      "image-tags": ["v7"],
    }),
    "ECR scan of mcp/wiki:v7: found 2 critical, 9 medium",
    "critical",
  ],
  [
    "a scan of ECR that found nothing",
    event("ECR Image Scan", "aws.ecr", { "scan-status": "COMPLETE", "repository-name": "mcp/wiki", "image-tags": [] }),
    "ECR scan of mcp/wiki: found nothing",
    "info",
  ],
  [
    "a pipeline that failed",
    event("CodePipeline Pipeline Execution State Change", "aws.codepipeline", {
      pipeline: "release",
      "execution-id": "01234567",
      state: "FAILED",
      version: 3,
    }),
    "CodePipeline Pipeline Execution release: FAILED",
    "critical",
  ],
  [
    "a pipeline that went well",
    event("CodePipeline Pipeline Execution State Change", "aws.codepipeline", {
      pipeline: "release",
      state: "SUCCEEDED",
    }),
    "CodePipeline Pipeline Execution release: SUCCEEDED",
    "info",
  ],
  [
    "a build",
    event("CodeBuild Build State Change", "aws.codebuild", {
      "build-status": "STOPPED",
      "project-name": "images",
      "build-id": "arn:aws:codebuild:eu-central-1:210987654321:build/images:8745",
    }),
    "CodeBuild Build images: STOPPED",
    "warning",
  ],
  [
    "a backup that failed",
    published("An AWS Backup job failed. Resource ARN : arn:aws:rds:eu-central-1:210987654321:db:wiki.", {
      Subject: "Notification from AWS Backup",
      MessageAttributes: {
        State: { Type: "String", Value: "EXPIRED" },
        EventType: { Type: "String", Value: "BACKUP_JOB" },
      },
    }),
    "AWS Backup db:wiki: EXPIRED",
    "warning",
  ],
  [
    "a backup that failed, without attributes",
    published("An AWS Backup job failed. Resource ARN : arn:aws:rds:eu-central-1:210987654321:db:wiki.", {
      Subject: "Notification from AWS Backup",
    }),
    "AWS Backup db:wiki: An AWS Backup job failed",
    "critical",
  ],
  [
    "a backup over the bus",
    event("Backup Job State Change", "aws.backup", {
      backupJobId: "1b23",
      state: "COMPLETED",
      resourceArn: "arn:aws:ec2:eu-central-1:210987654321:volume/vol-0a1",
    }),
    "Backup Job volume/vol-0a1: COMPLETED",
    "info",
  ],
  [
    "a database, to a topic",
    published(
      {
        "Event Source": "db-instance",
        "Event Time": "2026-10-04 06:11:12.000",
        "Identifier Link": "https://console.aws.amazon.com/rds/home?region=eu-central-1#dbinstance:id=wiki",
        "Source ID": "wiki",
        "Event ID": "http://docs.amazonwebservices.com/AmazonRDS/latest/UserGuide/USER_Events.html#RDS-EVENT-0006",
        "Event Message": "DB instance restarted",
      },
      { Subject: "RDS Notification Message" },
    ),
    "RDS db-instance wiki: DB instance restarted",
    "info",
  ],
  [
    "a database, over the bus",
    event("RDS DB Instance Event", "aws.rds", {
      EventCategories: ["failover"],
      SourceType: "DB_INSTANCE",
      SourceIdentifier: "wiki",
      Message: "A Multi-AZ failover has completed.",
      EventID: "RDS-EVENT-0049",
    }),
    "RDS DB Instance wiki: A Multi-AZ failover has completed.",
    "info",
  ],
  [
    "a budget",
    published(
      "AWS Budget Notification October 04, 2026\nAWS Account 210987654321\n\nBudget Name: fleet\nBudgeted Amount: $100.00\nACTUAL Amount: $80.11",
      {
        Subject: "AWS Budgets: fleet has exceeded your alert threshold",
      },
    ),
    "AWS Budgets: fleet has exceeded your alert threshold",
    "warning",
  ],
  [
    "an instance that Auto Scaling could not launch",
    published(
      {
        AutoScalingGroupName: "workers",
        Service: "AWS Auto Scaling",
        Event: "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
        StatusCode: "Failed",
        Description: "Launching a new EC2 instance",
        Cause: "We currently do not have sufficient capacity.",
      },
      { Subject: 'Auto Scaling: failed launch for group "workers"' },
    ),
    "Auto Scaling group workers: Launching a new EC2 instance",
    "critical",
  ],
  [
    "an environment of Elastic Beanstalk",
    published(
      "Timestamp: Sun Oct 04 06:11:12 UTC 2026\nMessage: Environment health has transitioned from Warning to Ok.\n\nEnvironment: shop-prod\nApplication: shop\n",
      { Subject: "AWS Elastic Beanstalk Notification - Environment health has transitioned from…" },
    ),
    "Elastic Beanstalk shop-prod: Environment health has transitioned from Warning to Ok.",
    "info",
  ],
  [
    "a deployment of CodeDeploy",
    published(
      {
        region: "eu-central-1",
        accountId: "210987654321",
        applicationName: "shop",
        deploymentId: "d-9Z",
        status: "FAILED",
      },
      { Subject: "FAILED: AWS CodeDeploy d-9Z in eu-central-1 to shop" },
    ),
    "CodeDeploy shop: FAILED",
    "critical",
  ],
  [
    "a node of ElastiCache",
    published({ "ElastiCache:CacheNodeReplaceComplete": "sessions-001" }),
    "ElastiCache sessions-001: cache node replace complete",
    "info",
  ],
  [
    "a task of DMS",
    published(
      {
        "Event Source": "replication-task",
        "Event Time": "2026-10-04 06:11:12.000",
        "Identifier Link": "https://console.aws.amazon.com/dms/home?region=eu-central-1#tasks:ids=copy",
        SourceId: "copy",
        "Event ID": "http://docs.aws.amazon.com/dms/latest/userguide/CHAP_Events.html#DMS-EVENT-0078 ",
        "Event Message": "Replication task has failed.",
      },
      { Subject: "DMS Notification Message" },
    ),
    "DMS replication-task copy: Replication task has failed.",
    "critical",
  ],
  [
    "a job of Glue, with an empty subject",
    published(
      event("Glue Job State Change", "aws.glue", {
        jobName: "nightly",
        severity: "INFO",
        state: "SUCCEEDED",
        message: "Job run succeeded",
      }),
      { Subject: "" },
    ),
    "Glue Job nightly: SUCCEEDED",
    "info",
  ],
  [
    "a stack, in its own text",
    published(
      "StackId='arn:aws:cloudformation:eu-central-1:210987654321:stack/net/1'\nTimestamp='2026-10-04T06:11:12.000Z'\nLogicalResourceId='Gateway'\nResourceStatus='CREATE_FAILED'\nResourceStatusReason='The maximum number of addresses has been reached.'\nResourceType='AWS::EC2::EIP'\nStackName='net'\n",
      {
        Subject: "AWS CloudFormation Notification",
      },
    ),
    "CloudFormation net: CREATE_FAILED",
    "critical",
  ],
  [
    "a stack, over the bus",
    event("CloudFormation Stack Status Change", "aws.cloudformation", {
      "stack-id": "arn:aws:cloudformation:eu-central-1:210987654321:stack/net/1",
      "status-details": { status: "UPDATE_ROLLBACK_COMPLETE", "status-reason": "" },
    }),
    "CloudFormation Stack stack/net/1: UPDATE_ROLLBACK_COMPLETE",
    "warning",
  ],
  [
    "a state machine",
    event("Step Functions Execution Status Change", "aws.states", {
      executionArn: "arn:aws:states:eu-central-1:210987654321:execution:import:1",
      stateMachineArn: "arn:aws:states:eu-central-1:210987654321:stateMachine:import",
      name: "1",
      status: "TIMED_OUT",
    }),
    "Step Functions Execution stateMachine:import: TIMED_OUT",
    "warning",
  ],
  [
    "a rule of Config",
    event("Config Rules Compliance Change", "aws.config", {
      configRuleName: "encrypted-volumes",
      resourceId: "vol-0a1",
      newEvaluationResult: { complianceType: "NON_COMPLIANT" },
    }),
    "Config Rules Compliance encrypted-volumes: NON_COMPLIANT",
    "warning",
  ],
  [
    "a certificate",
    event("ACM Certificate Approaching Expiration", "aws.acm", { DaysToExpiry: 31, CommonName: "mcp.example.com" }),
    "ACM Certificate Approaching Expiration mcp.example.com",
    "warning",
  ],
  [
    "an instance whose agent was lost",
    event("ECS Container Instance State Change", "aws.ecs", {
      agentConnected: false,
      clusterArn: "arn:aws:ecs:eu-central-1:210987654321:cluster/batch",
      containerInstanceArn: "arn:aws:ecs:eu-central-1:210987654321:container-instance/batch/0a1b",
      ec2InstanceId: "i-0c3",
      status: "ACTIVE",
    }),
    "ECS container instance i-0c3: its agent is disconnected",
    "warning",
  ],
  [
    "an object in which GuardDuty found malware, by a scan that completed",
    event("GuardDuty Malware Protection Object Scan Result", "aws.guardduty", {
      scanStatus: "COMPLETED",
      resourceType: "S3_OBJECT",
      s3ObjectDetails: { bucketName: "uploads", objectKey: "a.zip", s3Throttled: false },
      scanResultDetails: { scanResultStatus: "THREATS_FOUND", threats: [{ name: "EICAR-Test-File" }] },
    }),
    "GuardDuty Malware Protection Object Scan Result EICAR-Test-File: THREATS_FOUND",
    "critical",
  ],
  [
    "an object in which it found none",
    event("GuardDuty Malware Protection Object Scan Result", "aws.guardduty", {
      scanStatus: "COMPLETED",
      s3ObjectDetails: { objectKey: "a.zip" },
      scanResultDetails: { scanResultStatus: "NO_THREATS_FOUND", threats: null },
    }),
    "GuardDuty Malware Protection Object Scan Result a.zip: NO_THREATS_FOUND",
    "info",
  ],
  [
    "a rule of Config, which says first how it was",
    event("Config Rules Compliance Change", "aws.config", {
      oldEvaluationResult: { complianceType: "COMPLIANT" },
      newEvaluationResult: { complianceType: "NON_COMPLIANT" },
      configRuleName: "restricted-ssh",
    }),
    "Config Rules Compliance restricted-ssh: NON_COMPLIANT",
    "warning",
  ],
  [
    "a finding that is over, however severe it was",
    event("Security Hub Findings - Imported", "aws.securityhub", {
      findings: [{ Title: "Root has keys", Severity: { Label: "CRITICAL" }, Workflow: { Status: "RESOLVED" } }],
    }),
    "Security Hub Findings: Root has keys: resolved",
    "info",
  ],
  [
    "a finding whose severity has a score and a word",
    event("Macie Finding", "aws.macie", { title: "Names in a file", severity: { score: 3, description: "High" } }),
    "Macie Finding: Names in a file",
    "critical",
  ],
  [
    "a finding that is active",
    event("Access Analyzer Finding", "aws.access-analyzer", {
      status: "ACTIVE",
      resource: "arn:aws:s3:::invoices",
      action: ["s3:GetObject"],
      isPublic: true,
    }),
    "Access Analyzer Finding invoices: ACTIVE",
    "warning",
  ],
  [
    "abuse, by AWS Health",
    event("AWS Health Abuse Event", "aws.health", {
      service: "ABUSE",
      eventTypeCode: "AWS_ABUSE_DOS_REPORT",
      eventTypeCategory: "issue",
    }),
    "AWS Health, ABUSE: dos report, open",
    "critical",
  ],
  [
    "a step of a pipeline",
    event("CodePipeline Action Execution State Change", "aws.codepipeline", {
      pipeline: "release",
      stage: "Prod",
      action: "Deploy",
      region: "eu-central-1",
      state: "FAILED",
      "execution-result": { "external-execution-summary": "The image was not found" },
    }),
    "CodePipeline Action Execution release, Prod, Deploy: FAILED",
    "critical",
  ],
  [
    "a pipeline, by a notification rule",
    published({
      account: "210987654321",
      detailType: "CodePipeline Pipeline Execution State Change",
      region: "eu-central-1",
      source: "aws.codepipeline",
      detail: { pipeline: "release", state: "FAILED" },
      additionalAttributes: { failedActions: [{ action: "Build", additionalInformation: "Build terminated" }] },
    }),
    "CodePipeline Pipeline Execution release, Build: FAILED",
    "critical",
  ],
  [
    "a phase of a build",
    event("CodeBuild Build Phase Change", "aws.codebuild", {
      "project-name": "images",
      "completed-phase": "POST_BUILD",
      "completed-phase-status": "FAULT",
    }),
    "CodeBuild Build Phase images, POST_BUILD: FAULT",
    "critical",
  ],
  [
    "a push to ECR",
    event("ECR Image Action", "aws.ecr", { result: "SUCCESS", "repository-name": "mcp/wiki", "action-type": "PUSH" }),
    "ECR Image Action mcp/wiki: SUCCESS",
    "info",
  ],
  [
    "a volume, which only the event names",
    {
      ...event("EBS Volume Notification", "aws.ec2", { event: "createVolume", result: "failed", cause: "no key" }),
      resources: ["arn:aws:ec2:eu-central-1:210987654321:volume/vol-0a1"],
    },
    "EBS Volume volume/vol-0a1: failed",
    "critical",
  ],
  [
    "a database in a sentence that is too long for a title",
    event("RDS DB Instance Event", "aws.rds", {
      SourceIdentifier: "wiki",
      Message: `Storage is low at 7% of what was provisioned. ${"You may want to increase it. ".repeat(9)}`,
    }),
    `RDS DB Instance wiki: Storage is low at 7% of what was provisioned. ${"You may want to increase it. ".repeat(3)}You may want to increase i…`,
    "warning",
  ],
  [
    "a database without storage",
    event("RDS DB Instance Event", "aws.rds", {
      SourceIdentifier: "wiki",
      Message: "Allocated storage has been exhausted",
    }),
    "RDS DB Instance wiki: Allocated storage has been exhausted",
    "critical",
  ],
  [
    "a copy of a backup",
    published("An AWS Backup copy job failed. Resource ARN : arn:aws:rds:eu-central-1:210987654321:db:wiki.", {
      Subject: "Notification from AWS Backup",
      MessageAttributes: {
        State: { Type: "String", Value: "FAILED" },
        EventType: { Type: "String", Value: "COPY_JOB" },
      },
    }),
    "AWS Backup copy job db:wiki: FAILED",
    "critical",
  ],
  [
    "a budget without a subject",
    published("AWS Budget Notification October 04, 2026\n\nBudget Name: fleet\nACTUAL Amount: $80.11"),
    "AWS Budgets: fleet has reached an alert threshold",
    "warning",
  ],
  [
    "an anomaly of costs, over the bus",
    event("Anomaly Detected", "aws.ce", { impact: { totalImpact: 1001 }, rootCauses: [{ service: "AWS Fargate" }] }),
    "Cost anomaly in AWS Fargate: 1001 USD more than expected",
    "warning",
  ],
  [
    "a call that CloudTrail saw",
    event("AWS API Call via CloudTrail", "aws.iam", {
      eventSource: "iam.amazonaws.com",
      eventName: "CreateAccessKey",
      userIdentity: { arn: "arn:aws:iam::210987654321:user/eve" },
      errorCode: "AccessDenied",
    }),
    "CloudTrail: iam CreateAccessKey by user/eve: AccessDenied",
    "warning",
  ],
  [
    "a mail that bounced",
    published({
      notificationType: "Bounce",
      bounce: { bouncedRecipients: [{ emailAddress: "ada@example.com", status: "5.1.1", diagnosticCode: "unknown" }] },
      mail: { source: "fleet@example.com" },
    }),
    "SES: Bounce of a mail to ada@example.com",
    "warning",
  ],
  [
    "an alert that is over, of somebody else's monitoring",
    published({ status: "resolved", title: "[RESOLVED] Queue", alerts: [{ labels: { severity: "critical" } }] }),
    "[RESOLVED] Queue",
    "info",
  ],
  [
    "a job that had no errors",
    published({ jobName: "import", status: "completed with 0 errors" }),
    "import: completed with 0 errors",
    "info",
  ],
];

describe("a notice of another service", () => {
  it.each(notices)("[CHAT-11] reads as title, state and severity: %s", (_, body, title, severity) => {
    const parsed = parse(JSON.stringify(body), 0);
    if (parsed.kind !== "incident") throw new Error(`Read as ${parsed.kind}.`);
    const { incident } = parsed;
    expect([headlineOf(incident), incident.severity, incident.phase]).toEqual([title, severity, "notice"]);
    const { story } = incident;
    expect(story.kind === "notice" ? story.text : "").not.toMatch(/^\s*\{/);
  });

  const factsIn = (body: object) => {
    const parsed = parse(JSON.stringify(body), 0);
    if (parsed.kind !== "incident" || parsed.incident.story.kind !== "notice") throw new Error("It is no notice.");
    return parsed.incident.story.facts.map(({ name, value }) => `${name}: ${value}`);
  };

  it("[CHAT-11] names the account and the region, whichever of the two it says itself", () => {
    const scan = { "scan-status": "COMPLETE", "repository-name": "mcp/wiki" };
    const finding = { title: "x", severity: 8, accountId: "111122223333" };
    expect([
      factsIn(event("ECR Image Scan", "aws.ecr", scan)).at(-1),
      factsIn(event("CodeDeploy Deployment State-change Notification", "aws.codedeploy", { region: "eu-west-1" })).at(
        -1,
      ),
      factsIn(event("GuardDuty Finding", "aws.guardduty", finding)).at(-1),
    ]).toEqual([
      "Account: 210987654321, eu-central-1",
      "Account: 210987654321, eu-west-1",
      "Account: 111122223333, eu-central-1",
    ]);
  });

  it("[CHAT-11] tells when a change of AWS Health starts, what it concerns, and a cause that is wrapped in another", () => {
    const affectedEntities = Array.from({ length: 7 }, (_, at) => ({ entityValue: `i-${at}` }));
    const startTime = "Wed, 9 Dec 2026 22:00:00 GMT";
    const change = { service: "EC2", eventTypeCode: "X", eventTypeCategory: "scheduledChange", statusCode: "upcoming" };
    expect(factsIn(event("AWS Health Event", "aws.health", { ...change, startTime, affectedEntities }))).toEqual(
      expect.arrayContaining([`Starts: ${startTime}`, "Affected: i-4", "Affected: and 2 more"]),
    );
    const attempts = [{ container: { reason: "OutOfMemoryError: Container killed due to memory usage" } }];
    const job = { jobName: "nightly", status: "FAILED", statusReason: "Essential container in task exited", attempts };
    expect(factsIn(event("Batch Job State Change", "aws.batch", job))).toContain(
      "Reason: OutOfMemoryError: Container killed due to memory usage",
    );
  });

  it("[CHAT-11] keeps a text that nobody can read as it came", () => {
    const parsed = parse(JSON.stringify(published("the disk of the old wiki is full", { Subject: "disk" })), 0);
    expect(parsed).toMatchObject({ incident: { story: { title: "disk", text: "the disk of the old wiki is full" } } });
  });
});
