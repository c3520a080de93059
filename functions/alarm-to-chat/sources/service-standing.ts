import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import type { Log, Standing } from "#chat/deliver/ports.ts";
import { names } from "#fleet/names.ts";
import { environment } from "../environment.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html: in one call. */
const servicesAtOnce = 10;
const most = 200;
/** The message does not wait for longer. */
const atMostMs = 2_000;

/** Which of these services of the stage's cluster are gone. */
export async function standingOfServices(arns: readonly string[], log: Log): Promise<ReadonlyMap<string, Standing>> {
  const found = new Map<string, Standing>();
  const { CHAT_SECRET_ARN, CHAT_SETTINGS } = environment();
  const cluster = names.cluster(CHAT_SETTINGS.stage);
  const own = `${CHAT_SECRET_ARN.split(":").slice(3, 5).join(":")}:service/${cluster}/`;
  const asked = arns.filter((arn) => arn.includes(`:ecs:${own}`)).slice(0, most);
  if (asked.length === 0) return found;
  const client = new ECSClient({});
  const abortSignal = AbortSignal.timeout(atMostMs);
  try {
    for (let from = 0; from < asked.length; from += servicesAtOnce) {
      const services = asked.slice(from, from + servicesAtOnce);
      const command = new DescribeServicesCommand({ cluster, services });
      const { services: known = [] } = await client.send(command, { abortSignal });
      // One that was removed is missing, or for a while still there as INACTIVE.
      const alive = new Set(known.flatMap(({ serviceArn = "", status }) => (status === "INACTIVE" ? [] : serviceArn)));
      for (const arn of services) found.set(arn, alive.has(arn) ? "lasting" : "gone");
    }
  } catch (error) {
    const reason = error instanceof Error ? error.name : "unknown";
    log({ level: "warn", message: "Not looked up: which services are left", reason });
  }
  return found;
}
