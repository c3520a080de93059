import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import dynalite from "dynalite";
import * as v from "valibot";
import type { KeyPolicies, Place } from "#endpoint/core/ports.ts";

export interface DynamoDbPorts {
  readonly place: Place;
  /** Without it, any key will do. */
  readonly keys?: Pick<KeyPolicies, "arnOf">;
}

const timeToLiveUpdate = v.object({
  TableName: v.string(),
  TimeToLiveSpecification: v.object({ AttributeName: v.string(), Enabled: v.boolean() }),
});
const onTable = v.object({ TableName: v.string() });

/** What dynalite knows, and what is added to it here. */
export const operations = [
  ...["BatchGetItem", "BatchWriteItem", "CreateTable", "DeleteItem", "DeleteTable", "DescribeTable", "GetItem"],
  ...["ListTables", "ListTagsOfResource", "PutItem", "Query", "Scan", "TagResource", "UntagResource", "UpdateItem"],
  ...["UpdateTable", "DescribeContinuousBackups", "DescribeTimeToLive", "UpdateTimeToLive"],
];

/**
 * DynamoDB in memory by dynalite, with what it lacks in front: time to live and backups as settings. Nothing expires:
 * DynamoDB itself takes days to delete an expired item, and readers must filter.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export function buildEmulator(place: Place): RequestListener {
  const tables = inPlace(place, () => dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }));
  const timeToLive = new Map<string, string>();

  return (request, response) => {
    answer(request, response).catch(() => response.destroy());
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const body = await text(request);
    const operation = request.headers["x-amz-target"]?.toString().split(".").at(-1);
    switch (operation) {
      case "UpdateTimeToLive":
        return updateTimeToLive(body, response);
      case "DescribeTimeToLive":
        return describeTimeToLive(body, response);
      case "DeleteTable":
        timeToLive.delete(tableName(body));
        break;
      case "DescribeContinuousBackups":
        return send(response, 200, {
          ContinuousBackupsDescription: {
            ContinuousBackupsStatus: "ENABLED",
            PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "DISABLED" },
          },
        });
      default:
    }
    // dynalite throws what a request it reads itself emits as an error; the body is here already, whole.
    const replay = Readable.from([Buffer.from(body)], { objectMode: false });
    const { method, url, headers } = request;
    return tables.emit("request", Object.assign(replay, { method, url, headers }), response);
  }

  function updateTimeToLive(body: string, response: ServerResponse): ServerResponse {
    const input = v.safeParse(timeToLiveUpdate, documentIn(body));
    if (!input.success)
      return send(response, 400, {
        __type: "com.amazonaws.dynamodb.v20120810#ValidationException",
        message: input.issues[0].message,
      });
    const { TableName, TimeToLiveSpecification } = input.output;
    if (TimeToLiveSpecification.Enabled) timeToLive.set(TableName, TimeToLiveSpecification.AttributeName);
    else timeToLive.delete(TableName);
    return send(response, 200, { TimeToLiveSpecification });
  }

  function describeTimeToLive(body: string, response: ServerResponse): ServerResponse {
    const AttributeName = timeToLive.get(tableName(body));
    const TimeToLiveDescription =
      AttributeName === undefined ? { TimeToLiveStatus: "DISABLED" } : { TimeToLiveStatus: "ENABLED", AttributeName };
    return send(response, 200, { TimeToLiveDescription });
  }
}

/** Tables are named by ARN or by name. */
function tableName(body: string): string {
  const input = v.safeParse(onTable, documentIn(body));
  return input.success ? (input.output.TableName.split("/").at(-1) ?? "") : "";
}

/** What is not JSON is refused later, by the schema or by dynalite. */
function documentIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): ServerResponse {
  return response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
}

/** dynalite takes the account and the region of its ARNs from the environment, when it is made. */
function inPlace<T>(place: Place, make: () => T): T {
  const before = { account: process.env.AWS_ACCOUNT_ID, region: process.env.AWS_REGION };
  process.env.AWS_ACCOUNT_ID = place.account;
  process.env.AWS_REGION = place.region;
  try {
    return make();
  } finally {
    restore("AWS_ACCOUNT_ID", before.account);
    restore("AWS_REGION", before.region);
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
