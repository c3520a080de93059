/** What a service is made of, and what serves one alone: for tests that need a part of AWS, or an AWS that refuses. */
export { systemClock } from "../clock.ts";
export { readBody, unpack } from "./body.ts";
export { credentialScope } from "./credential-scope.ts";
export { AwsError } from "./errors.ts";
export { exchangeOf, send } from "./exchange.ts";
export { createIdentities } from "./identities.ts";
export type { BusEvent, Clock } from "./ports.ts";
export type { Codec } from "./protocols/codec.ts";
export { codecByRequest } from "./protocols/select.ts";
export { refuse } from "./refusals.ts";
export { type Endpoint, openEndpoint, startEndpoint } from "./server.ts";
export type { ApiCall } from "./service.ts";
