import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Authority, openAuthority } from "./certificates/authority.ts";
import { systemClock } from "./clock.ts";
import { createIdentities } from "./core/identities.ts";
import type { Journal } from "./core/journal.ts";
import type { AsyncInvoker, EventBus, MetricSink, Place, ProcessSupervisor, TopicPublisher } from "./core/ports.ts";
import { openEndpoint } from "./core/server.ts";
import type { AwsService, PassThrough, ResourceProvider } from "./core/service.ts";
import { createThrottle } from "./core/throttle.ts";
import { Inbox } from "./doubles/mail/index.ts";
import { type Acm, createAcm } from "./services/acm/service.ts";
import { createApplicationAutoScaling } from "./services/applicationautoscaling/service.ts";
import { customResourcePreload } from "./services/cloudformation/custom/preload.ts";
import { type CloudFormation, createCloudFormation } from "./services/cloudformation/service.ts";
import { createCloudWatch } from "./services/cloudwatch/service.ts";
import { createDynamoDb } from "./services/dynamodb/service.ts";
import { createEc2 } from "./services/ec2/service.ts";
import { createEcr } from "./services/ecr/service.ts";
import { createEcs, type Ecs } from "./services/ecs/service.ts";
import { findEngine } from "./services/elasticache/cache-engine.ts";
import { ownLoopback } from "./services/elasticache/redis.ts";
import { createElastiCache, type ElastiCache } from "./services/elasticache/service.ts";
import { createElbv2, type Elbv2 } from "./services/elbv2/service.ts";
import { createEvents, type Events } from "./services/events/service.ts";
import { createIam } from "./services/iam/service.ts";
import { createIotData } from "./services/iotdata/service.ts";
import { createKms } from "./services/kms/service.ts";
import { createLambda } from "./services/lambda/service.ts";
import { createLogs, type Logs } from "./services/logs/service.ts";
import { createRoute53 } from "./services/route53/service.ts";
import { createS3 } from "./services/s3/service.ts";
import { createSecretsManager } from "./services/secretsmanager/service.ts";
import { createSns } from "./services/sns/service.ts";
import { createSqs } from "./services/sqs/service.ts";
import { createSsm } from "./services/ssm/service.ts";
import { createSts } from "./services/sts/service.ts";

export interface CloudOptions {
  readonly region: string;
  readonly account: string;
  /** Ports on 127.0.0.1; 0 lets the system choose. */
  readonly ports: { readonly endpoint: number; readonly https: number; readonly http: number };
  /** Where tasks run: the root of the project. */
  readonly projectRoot: string;
  /** What outlives a start: the certificate authority. And what does not: function code, Redis data. */
  readonly stateFolder: string;
  readonly supervisor: ProcessSupervisor;
  /** Given to every task, besides what its task definition says. */
  readonly taskEnvironment?: Readonly<Record<string, string>>;
  /** Given to every function, likewise: where the doubles are of vendors whose addresses production code has built in. */
  readonly functionEnvironment?: Readonly<Record<string, string>>;
  /** Whether calls beyond AWS's documented quotas are refused, as AWS refuses them. */
  readonly throttling?: boolean;
  /**
   * Whether ECS watches the alarms that a service names for its deployments, as it does on AWS. Without it, a rollout ends as
   * soon as its tasks serve. Default true.
   */
  readonly deploymentAlarms?: boolean;
  /** Whether the account has a CloudTrail trail, by way of which alone rules learn how a rotation went. Default false. */
  readonly trail?: boolean;
  /** What an operator should know: what is not emulated, what was refused. */
  readonly log: (line: string) => void;
}

/** The AWS-compatible endpoint with all its services, and a view of those that others ask about. */
export interface Cloud {
  readonly place: Place;
  readonly authority: Authority;
  readonly journal: Journal;
  /** Lets the operator's calls be those of a role, until it is given `undefined`: they may do what the role may. */
  actAs(roleArn: string | undefined): void;
  /** From now on, as `throttling` of the options. */
  setThrottling(on: boolean): void;
  /** Each as the front door has it, with the operations and resource types it answers. */
  readonly services: readonly (AwsService | PassThrough)[];
  /** Certificate Manager, with what it says of certificates. */
  readonly acm: Pick<Acm, "setStatus" | "setDelegated">;
  readonly cloudFormation: CloudFormation;
  readonly ecs: Ecs;
  readonly elbv2: Elbv2;
  readonly elastiCache: ElastiCache;
  readonly logs: Logs;
  /** What balancers and others report to CloudWatch: namespaces of AWS are closed to callers. */
  readonly metrics: MetricSink;
  /** EventBridge, with its switch for lost, doubled and late deliveries. */
  readonly events: Events;
  /** What SNS has mailed, to whom, and whether they confirm what they are asked. */
  readonly inbox: Inbox;
  close(): Promise<void>;
}

/** The one place that knows every service: each gets the ports it asks for. Throws when a port is taken. */
export async function openCloud(options: CloudOptions): Promise<Cloud> {
  const { region, account, supervisor, log, projectRoot, stateFolder } = options;
  await mkdir(stateFolder, { recursive: true });
  const endpoint = await openEndpoint({ port: options.ports.endpoint });
  const place: Place = { region, account, endpointUrl: endpoint.url };
  const clock = systemClock;
  const authority = await openAuthority(join(stateFolder, "certificates"));
  const redisHost = await ownLoopback(stateFolder);
  const redisCertificate = await authority.issue([redisHost]);
  const trust = { NODE_EXTRA_CA_CERTS: authority.caPath, SSL_CERT_FILE: authority.caPath };

  // Services call each other in circles (a topic invokes a function whose failure goes to a topic): these ports are
  // bound before what is behind them exists, and used only afterwards.
  const events: EventBus = { put: (event) => eventBridge.bus.put(event) };
  const topics: TopicPublisher = { publish: (...message) => sns.topics.publish(...message) };
  const metrics: MetricSink = { put: (datum) => cloudWatch.metrics.put(datum) };
  const functions: AsyncInvoker = { enqueue: (...invocation) => lambda.functions.enqueue(...invocation) };

  const identities = createIdentities({ account, clock });
  const iam = createIam({ place, clock });
  const sts = createSts({ place, clock, identities, roles: iam.roles, authorizer: iam.authorizer });
  const kms = createKms({ place, clock });
  const keys = kms.policies;
  const ssm = createSsm({ place, clock });
  const ecr = createEcr({ place, clock });
  const s3 = await createS3({ place, log });
  const sqs = await createSqs({ place });
  const dynamoDb = createDynamoDb({ place, keys });
  const inbox = new Inbox();
  const logs = createLogs({ place, clock, metrics, keys });
  const sns = createSns({
    place,
    clock,
    queues: sqs.queues,
    functions,
    keys,
    mail(letter) {
      log(`mail to ${letter.to}: ${letter.subject}`);
      inbox.receive(letter);
    },
    signingKey: () => authority.issue([`sns.${region}.amazonaws.com`], "RSA_2048"),
    log,
  });
  const lambda = createLambda({
    place,
    clock,
    supervisor,
    logs,
    authorizer: iam.authorizer,
    metrics,
    events,
    topics,
    objects: s3.objects,
    credentials: identities,
    queues: sqs.queues,
    codeFolder: join(stateFolder, "functions"),
    extraEnvironment: {
      ...trust,
      NODE_OPTIONS: `--import=${customResourcePreload.href}`,
      ...options.functionEnvironment,
    },
  });
  const eventBridge = createEvents({
    place,
    clock,
    functions: lambda.functions,
    queues: sqs.queues,
    topics,
    logs,
    trail: options.trail,
  });
  const cloudWatch = createCloudWatch({ place, clock, topics, functions: lambda.functions, bus: events, log });
  const secrets = createSecretsManager({ place, clock, events, functions: lambda.functions, keys });
  const route53 = createRoute53({ clock });
  const { proofs } = route53;
  const acm = createAcm({ place, clock, authority, proofs, usedBy: (arn) => elbv2.certificateUsers(arn) });
  const elbv2 = createElbv2({
    place,
    clock,
    metrics,
    certificates: acm.certificates,
    names: route53.names,
    buckets: s3.policies,
    ports: options.ports,
    log,
  });
  const elastiCache = createElastiCache({
    place,
    clock,
    metrics,
    processes: supervisor,
    folder: join(stateFolder, "redis"),
    engine: await findEngine(process.env.PATH ?? ""),
    host: redisHost,
    tls: {
      caCert: authority.caPath,
      cert: redisCertificate.certificatePath,
      key: redisCertificate.privateKeyPath,
    },
    log,
  });
  const ecs = await createEcs({
    place,
    clock,
    bus: events,
    logs,
    supervisor,
    projectRoot,
    targets: elbv2.targets,
    alarms: options.deploymentAlarms === false ? { ...cloudWatch.alarms, read: () => undefined } : cloudWatch.alarms,
    metrics,
    secrets: secrets.secrets,
    parameters: ssm.parameters,
    credentials: identities,
    images: ecr.images,
    host: { path: process.env.PATH ?? "", home: process.env.HOME ?? projectRoot },
    extraEnvironment: { ...trust, ...options.taskEnvironment },
  });

  const scaling = createApplicationAutoScaling({
    place,
    clock,
    alarms: cloudWatch.keeper,
    services: ecs.scalable,
    periodSeconds: 10,
  });

  const providers = new Map<string, ResourceProvider>();
  const cloudFormation = createCloudFormation({
    place,
    clock,
    providers,
    objects: s3.objects,
    parameters: ssm.parameters,
    secrets: secrets.secrets,
    functions: lambda.functions,
    events,
    // sst asks once a second: a failed stack must be seen failing for it to print why.
    rollbackDelayMs: 1500,
  });
  const services: readonly (AwsService | PassThrough)[] = [
    ...[
      acm,
      cloudFormation,
      cloudWatch,
      dynamoDb,
      ecr,
      ecs,
      elastiCache,
      elbv2,
      eventBridge,
      iam,
      kms,
      lambda,
      logs,
      route53,
    ],
    ...[s3, scaling, secrets, sns, sqs, ssm, sts, createIotData()],
  ].map(({ service }) => service);
  const all = [...services, createEc2({ place, records: cloudFormation.records }).service];
  for (const { resources } of all) {
    for (const [type, provider] of Object.entries(resources ?? {})) providers.set(type, provider);
  }
  let throttling = options.throttling ?? false;
  endpoint.serve({
    services: all,
    region,
    identities,
    authorizer: iam.authorizer,
    throttle: createThrottle(
      () => clock.now(),
      () => throttling,
    ),
    log,
  });

  return {
    place,
    authority,
    journal: endpoint.journal,
    actAs: identities.actAs,
    setThrottling: (on: boolean) => {
      throttling = on;
    },
    services: all,
    acm,
    cloudFormation,
    ecs,
    elbv2,
    elastiCache,
    logs,
    metrics,
    events: eventBridge,
    inbox,
    async close() {
      await endpoint.close();
      // What runs processes first: they may still talk to the rest.
      await Promise.allSettled([ecs.stop(), lambda.stop()]);
      await Promise.allSettled(all.map((service) => service.stop?.()));
    },
  };
}
