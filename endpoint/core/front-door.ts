import type { IncomingMessage, ServerResponse } from "node:http";
import { refusalOf } from "@mcp-fleet/loopback/door.mjs";
import { type CredentialScope, credentialScope } from "./credential-scope.ts";
import { type DispatchPorts, dispatch, passOn } from "./dispatch.ts";
import { AwsError } from "./errors.ts";
import { type Exchange, exchangeOf, type Outcome } from "./exchange.ts";
import { fail, placeOf } from "./failure.ts";
import type { Identities } from "./identities.ts";
import type { Journal } from "./journal.ts";
import type { Codec } from "./protocols/codec.ts";
import { codecByRequest, codecFor } from "./protocols/select.ts";
import { refuse } from "./refusals.ts";
import { regionFault } from "./region.ts";
import type { AwsService, Caller, PassThrough } from "./service.ts";
import { answerUnsigned } from "./unsigned.ts";

export interface FrontDoorOptions extends DispatchPorts {
  readonly services: readonly (AwsService | PassThrough)[];
  readonly identities: Identities;
  /** The one region that is here; without it a client may name any. */
  readonly region?: string;
  readonly journal: Journal;
}

export interface FrontDoor {
  /** Answers every request, whatever it is; never rejects. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/**
 * Routes by the service in the signature's credential scope and takes the access key's word for who calls.
 * Signatures are not verified: the endpoint listens on loopback alone and lets no web page in, and who runs programs
 * on this machine needs no signature to own it.
 */
export function createFrontDoor(options: FrontDoorOptions): FrontDoor {
  const { identities, journal, log } = options;
  const services = bySigningName(options.services);

  function recognise(scope: CredentialScope, dialect: Codec["dialect"]): Caller | AwsError {
    const elsewhere = regionFault(scope, options.region);
    if (elsewhere !== undefined) return elsewhere;
    const caller = identities.recognise(scope.accessKeyId);
    return typeof caller === "string"
      ? refuse({ kind: caller === "expired" ? "expired-key" : "unknown-key" }, dialect)
      : caller;
  }

  async function route(exchange: Exchange): Promise<Outcome> {
    const { head } = exchange;
    const stranger = refusalOf(exchange.request);
    if (stranger !== undefined) {
      const trail = { service: "-", operation: `${head.method} refused` };
      return fail(exchange, codecByRequest(head), trail, new AwsError("AccessDenied", stranger, 403), log);
    }
    const scope = credentialScope(head);
    if (!scope) return await answerUnsigned(exchange, { services, log });
    const service = services.get(scope.service);
    const codec =
      service && "protocol" in service ? codecFor(service.protocol, head) : codecByRequest(head, scope.service);
    const caller = recognise(scope, codec.dialect);
    if (caller instanceof AwsError)
      return fail(exchange, codec, { service: scope.service, operation: "-" }, caller, log);
    const signed = { ...exchange, scope, caller, codec };
    return service && "emulator" in service
      ? await passOn(signed, service, options)
      : await dispatch(signed, service, options);
  }

  return {
    async answer(request, response) {
      const at = Date.now();
      const start = performance.now();
      response.on("error", () => response.destroy());
      try {
        const outcome = await route(exchangeOf(request, response));
        const userAgent = request.headers["user-agent"];
        const ms = performance.now() - start;
        journal.record({ at, ms, ...outcome, ...(userAgent === undefined ? {} : { userAgent }) });
      } catch (error) {
        log(`internal failure in the endpoint: ${placeOf(error)}`);
        response.destroy();
      }
    },
  };
}

function bySigningName(services: FrontDoorOptions["services"]): ReadonlyMap<string, AwsService | PassThrough> {
  const map = new Map<string, AwsService | PassThrough>();
  for (const service of services) {
    if (map.has(service.signingName)) {
      throw new Error(`Two services have the signing name "${service.signingName}": leave one out of the cloud.`);
    }
    map.set(service.signingName, service);
  }
  return map;
}
