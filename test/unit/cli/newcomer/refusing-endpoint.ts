import { createServer } from "node:http";
import { readBody, unpack } from "#local/endpoint/body.ts";
import { credentialScope } from "#local/endpoint/credential-scope.ts";
import { AwsError } from "#local/endpoint/errors.ts";
import { exchangeOf, send } from "#local/endpoint/exchange.ts";
import type { Codec } from "#local/endpoint/protocols/codec.ts";
import { codecByRequest } from "#local/endpoint/protocols/select.ts";
import { refuse } from "#local/endpoint/refusals.ts";

type Dialect = Codec["dialect"];

/** How it refuses, in each protocol's own code. */
export const refusals = {
  denied: (action: string, dialect: Dialect) =>
    refuse(
      { kind: "denied", arn: "arn:aws:iam::573946584375:user/op", action, because: "no identity-based policy" },
      dialect,
    ),
  expired: (_action: string, dialect: Dialect) => refuse({ kind: "expired-key" }, dialect),
  throttled: (_action: string, dialect: Dialect) =>
    new AwsError(dialect === "json" ? "ThrottlingException" : "Throttling", "Rate exceeded", 400),
};

/** An endpoint that knows who calls, and refuses every other call. */
export async function openRefusing(refusal: keyof typeof refusals, account: string) {
  const server = createServer(async (request, response) => {
    const { head, requestId } = exchangeOf(request, response);
    const service = credentialScope(head)?.service ?? "";
    const codec = codecByRequest(head, service);
    const body = await unpack(await readBody(request), head.headers["content-encoding"]);
    const { operation } = codec.decode({ ...head, body });
    const identity = { Account: account, Arn: `arn:aws:iam::${account}:user/op`, UserId: "AIDA" };
    const isWelcome = operation === "GetCallerIdentity" && refusal !== "expired";
    send(
      response,
      isWelcome
        ? codec.encode(operation, identity, requestId)
        : codec.encodeError(refusals[refusal](`${service}:${operation}`, codec.dialect), requestId),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
