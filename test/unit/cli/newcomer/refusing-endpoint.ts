import { createServer } from "node:http";
import {
  AwsError,
  type Codec,
  codecByRequest,
  credentialScope,
  exchangeOf,
  readBody,
  refuse,
  send,
  unpack,
} from "@mcp-fleet/endpoint/core";

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
  hostile: () => new AwsError("ValidationException", hostile, 400),
};

/** Controls a terminal, hides, reverses, and begins its own lines. */
export const hostile =
  "\u001b[2J\u001b]0;title\u0007\u001b[8mhidden\u001b[0m\u009b1A\rover\b\b\u007f\u202egnp.exe\u2066\u2028\u200b\ufeff\u{e0041}";

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
