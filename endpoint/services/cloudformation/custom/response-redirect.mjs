/**
 * Preloaded into the functions' processes (`node --import`). The handlers that CDK and SST ship for custom resources
 * take only host and path from the `ResponseURL` and PUT to them over HTTPS at port 443, where S3 is on AWS. Here the
 * answer belongs to the endpoint: such a request, and no other, goes there over HTTP.
 */
import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

const ANSWERS = "/_cloudformation/custom-resource/";
const { AWS_ENDPOINT_URL } = process.env;

if (AWS_ENDPOINT_URL !== undefined) {
  const endpoint = new URL(AWS_ENDPOINT_URL);
  const request = https.request;

  https.request = (...args) => {
    const target = targetOf(args[0]);
    if (target.hostname !== endpoint.hostname || !target.path.startsWith(ANSWERS)) return request(...args);
    const callback = args.find((arg) => typeof arg === "function");
    const { method, headers } = args.find(isOptions) ?? {};
    return http.request(
      { hostname: endpoint.hostname, port: endpoint.port, path: target.path, method, headers },
      callback,
    );
  };
  // Handlers that import the module see the change too.
  syncBuiltinESMExports();
}

function targetOf(input) {
  if (typeof input !== "string" && !(input instanceof URL)) {
    return { hostname: input.hostname ?? input.host, path: input.path ?? "/" };
  }
  const { hostname, pathname, search } = new URL(input);
  return { hostname, path: `${pathname}${search}` };
}

function isOptions(value) {
  return typeof value === "object" && value !== null && !(value instanceof URL);
}
