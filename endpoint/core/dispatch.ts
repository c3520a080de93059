import { type Access, accessesOf, refusalOf } from "./access.ts";
import { readBody, unpack } from "./body.ts";
import type { CredentialScope } from "./credential-scope.ts";
import { MalformedInput, notEmulated } from "./errors.ts";
import { type Exchange, type Outcome, send } from "./exchange.ts";
import { fail, type Log } from "./failure.ts";
import { answerBy } from "./pass-through.ts";
import { passThroughAccesses } from "./pass-through-access.ts";
import type { Authorizer, ConditionKeys } from "./ports.ts";
import type { Codec } from "./protocols/codec.ts";
import { refuse } from "./refusals.ts";
import {
  type ApiCall,
  type AwsService,
  type Caller,
  type HttpRequest,
  type Operation,
  type PassThrough,
  RawResponse,
} from "./service.ts";
import type { Throttle } from "./throttle.ts";

/** A request whose signature was read: which service it is for, who sent it, how it speaks. */
export interface SignedExchange extends Exchange {
  readonly scope: CredentialScope;
  readonly caller: Caller;
  readonly codec: Codec;
}

export interface DispatchPorts {
  readonly authorizer?: Authorizer;
  /** Without one, nothing is throttled. */
  readonly throttle?: Throttle;
  readonly log: Log;
}

/** Runs the operation of a service written here; `undefined` for a service that is not here at all. */
export async function dispatch(
  exchange: SignedExchange,
  service: AwsService | undefined,
  ports: DispatchPorts,
): Promise<Outcome> {
  const { scope, caller, codec, requestId } = exchange;
  let trail = { service: scope.service, operation: "-", caller: caller.arn };
  try {
    const http = await unpacked(exchange.head, await readBody(exchange.request));
    const { operation, input } = codec.decode(http);
    trail = { ...trail, operation };
    const handle = service && operationOf(service, operation);
    if (!service || !handle) throw notEmulated(`${scope.service}.${operation}`);
    ports.throttle?.admit(operation, service.quotas ?? [], codec.dialect);
    const call: ApiCall = { service: scope.service, operation, region: scope.region, requestId, caller, http };
    const accesses = accessesOf(scope.service, operation, service.resourceOf?.(operation, input, call));
    permit(exchange, accesses, service.conditionKeysOf?.(operation, input, call) ?? {}, ports);
    for (const { conditionKeys, ...use } of service.keysUsedBy?.(operation, input) ?? [])
      permit(exchange, [use], conditionKeys, ports);
    const output = await handle(input, call);
    const answer = output instanceof RawResponse ? output.response : codec.encode(operation, output, requestId);
    send(exchange.response, answer);
    return { ...trail, status: answer.status };
  } catch (error) {
    const answer = error instanceof MalformedInput ? (service?.malformed?.(error) ?? error) : error;
    return fail(exchange, codec, trail, answer, ports.log);
  }
}

/** Hands the request to the emulator that serves it. */
export async function passOn(exchange: SignedExchange, service: PassThrough, ports: DispatchPorts): Promise<Outcome> {
  const { scope, caller, codec, head } = exchange;
  let trail = { service: scope.service, operation: head.method, caller: caller.arn };
  try {
    // A call that names its operation is small and is read whole; all else, objects on their way to S3, is streamed.
    const rpc = codec.dialect === "json" || codec.dialect === "query";
    const body = rpc ? await readBody(exchange.request) : undefined;
    const decoded = body && codec.decode(await unpacked(head, body));
    if (decoded !== undefined) checkOperation(service, codec.dialect, decoded.operation);
    const accesses = passThroughAccesses(scope, caller, head, decoded);
    trail = { ...trail, operation: decoded?.operation ?? accesses[0]?.action.split(":")[1] ?? head.method };
    permit(exchange, accesses, {}, ports);
    const status = await answerBy(service.emulator, exchange, body);
    return { ...trail, status };
  } catch (error) {
    return fail(exchange, codec, trail, error, ports.log);
  }
}

/** Emulators speak JSON alone, as the clients of their services do since November 2023. */
function checkOperation({ signingName, known }: PassThrough, dialect: Codec["dialect"], operation: string): void {
  if (known === undefined) return;
  if (dialect !== "json") throw notEmulated(`The query protocol of ${signingName}, which only older clients speak,`);
  if (!known.includes(operation)) throw notEmulated(`${signingName}.${operation}`);
}

async function unpacked(head: HttpRequest, body: Buffer): Promise<HttpRequest> {
  return { ...head, body: await unpack(body, head.headers["content-encoding"]) };
}

function operationOf(service: AwsService, operation: string): Operation | undefined {
  return Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
}

/** Throws the refusal in the words and with the code of the exchange's protocol. */
function permit(
  exchange: SignedExchange,
  accesses: readonly Access[],
  conditionKeys: ConditionKeys,
  ports: DispatchPorts,
): void {
  if (!ports.authorizer) return;
  const keys = { ...conditionKeys, "aws:RequestedRegion": exchange.scope.region };
  const refusal = refusalOf(ports.authorizer, exchange.caller, accesses, keys);
  if (!refusal) return;
  const error = refuse(refusal, exchange.codec.dialect);
  ports.log(`refused: ${error.message}`);
  throw error;
}
