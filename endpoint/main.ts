import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cliVersion, cliWarning } from "./aws-cli.ts";
import { openCloud } from "./cloud.ts";
import { createSupervisor } from "./processes/supervisor.ts";
import { describeEngine } from "./services/elasticache/cache-engine.ts";

const usage = `Usage: npm run endpoint -- [options]

Opens an AWS-compatible endpoint on 127.0.0.1 and prints the environment that
leads the AWS CLI, SDKs, cdk and sst to it. Stays up until Ctrl-C; all that was
deployed ends with it.

  --port N         the endpoint                                (default 4577)
  --https-port N   port 443 of every load balancer             (default 8443)
  --http-port N    port 80 of every load balancer              (default 8080)
                   0 lets the system choose
  --region NAME    (default us-east-1)
  --account ID     (default 000000000000)
  --project DIR    where local commands of ECS tasks run       (default .)
  --state DIR      certificate authority, code, Redis data     (default .mcp-fleet/endpoint)
  --throttle       refuse calls beyond AWS's documented quotas
  --help           this text
`;

const options = {
  port: { type: "string", default: "4577" },
  "https-port": { type: "string", default: "8443" },
  "http-port": { type: "string", default: "8080" },
  region: { type: "string", default: "us-east-1" },
  account: { type: "string", default: "000000000000" },
  project: { type: "string", default: "." },
  state: { type: "string", default: join(".mcp-fleet", "endpoint") },
  throttle: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

class UsageError extends Error {}

try {
  const { values } = parseArgs({ options });
  if (values.help) process.stdout.write(usage);
  else await serve(values);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`${error.message}\n`);
  if (error instanceof UsageError || error instanceof TypeError) process.stderr.write(`\n${usage}`);
  process.exit(1);
}

async function serve(asked: ReturnType<typeof parseArgs<{ options: typeof options }>>["values"]): Promise<void> {
  const ports = {
    endpoint: portIn("--port", asked.port),
    https: portIn("--https-port", asked["https-port"]),
    http: portIn("--http-port", asked["http-port"]),
  };
  if (!/^\d{12}$/.test(asked.account)) {
    throw new UsageError(`--account ${asked.account}: an account has twelve digits.`);
  }
  const stateFolder = resolve(asked.state);
  await mkdir(stateFolder, { recursive: true });
  const supervisor = createSupervisor();
  const cloud = await openCloud({
    region: asked.region,
    account: asked.account,
    ports,
    projectRoot: resolve(asked.project),
    stateFolder,
    supervisor,
    throttling: asked.throttle,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const environment = {
    AWS_ENDPOINT_URL: cloud.place.endpointUrl,
    AWS_REGION: cloud.place.region,
    // What version 1 of the AWS CLI and boto3 read.
    AWS_DEFAULT_REGION: cloud.place.region,
    AWS_ACCESS_KEY_ID: "operator",
    AWS_SECRET_ACCESS_KEY: "operator",
    CDK_DEFAULT_ACCOUNT: cloud.place.account,
    CDK_DEFAULT_REGION: cloud.place.region,
    NODE_EXTRA_CA_CERTS: cloud.authority.caPath,
  };
  process.stderr.write(`Ctrl-C ends it. Sessions: ${describeEngine(cloud.elastiCache.engine)}.\n`);
  process.stdout.write(
    Object.entries(environment)
      .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
      .join(""),
  );
  const warning = cliWarning(await cliVersion(), cloud.place.endpointUrl);
  if (warning !== undefined) process.stderr.write(`${warning}\n`);
  const close = async () => {
    await cloud.close();
    await supervisor.stopAll();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => void close());
}

function portIn(option: string, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`${option} ${text}: a port is a whole number from 0 to 65535; 0 lets the system choose.`);
}
