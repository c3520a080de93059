import type { RequestListener } from "node:http";
import { readBody } from "./body.ts";
import { type Exchange, type Outcome, send } from "./exchange.ts";
import { fail, type Log } from "./failure.ts";
import { answerBy } from "./pass-through.ts";
import { queryCodec } from "./protocols/query.ts";
import { codecByRequest } from "./protocols/select.ts";
import { refuse } from "./refusals.ts";
import type { AwsService, PassThrough, PublicRoute } from "./service.ts";

export interface UnsignedPorts {
  readonly services: ReadonlyMap<string, AwsService | PassThrough>;
  readonly log: Log;
}

/** A request without a signature: a service's public route, the read of an object, or AWS's refusal. */
export async function answerUnsigned(exchange: Exchange, ports: UnsignedPorts): Promise<Outcome> {
  const { head, response } = exchange;
  const codec = head.headers["x-amz-target"] ? codecByRequest(head) : queryCodec(undefined);
  const answerer = findAnswerer(exchange, ports);
  // Not the whole path, which may hold a token.
  const trail = {
    service: answerer?.service ?? "-",
    operation: `${head.method} ${answerer?.route?.pathPrefix ?? "/"}`,
  };
  try {
    if (answerer?.route) {
      const answer = await answerer.route.handle({ ...head, body: await readBody(exchange.request) });
      send(response, answer);
      return { ...trail, status: answer.status };
    }
    if (answerer?.emulator) return { ...trail, status: await answerBy(answerer.emulator, exchange) };
    throw refuse({ kind: "no-signature" }, codec.dialect);
  } catch (error) {
    return fail(exchange, codec, trail, error, ports.log);
  }
}

interface Answerer {
  readonly service: string;
  readonly route?: PublicRoute;
  readonly emulator?: RequestListener;
}

function findAnswerer({ head }: Exchange, ports: UnsignedPorts): Answerer | undefined {
  for (const service of ports.services.values()) {
    const routes = "protocol" in service ? service.publicRoutes : undefined;
    const route = routes?.find((it) => it.method === head.method && head.path.startsWith(it.pathPrefix));
    if (route) return { service: service.signingName, route };
  }
  const s3 = ports.services.get("s3");
  // `GET /bucket/key`: a template's or another object's address without a signature.
  const readsObject = (head.method === "GET" || head.method === "HEAD") && /^\/[^/]+\/./.test(head.path);
  return readsObject && s3 && "emulator" in s3 ? { service: "s3", emulator: s3.emulator } : undefined;
}
