import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import * as v from "valibot";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { physicalName } from "#endpoint/core/physical-name.ts";
import type { Place } from "#endpoint/core/ports.ts";
import { flag, numeric, parseProperties, tagList, tagsOf } from "#endpoint/core/properties.ts";
import type {
  Properties,
  ResourceContext,
  ResourceProvider,
  ResourceState,
  Resources,
} from "#endpoint/core/service.ts";
import type { DynamoDbPorts } from "./emulator.ts";

interface Ports {
  readonly place: Place;
  readonly keys: DynamoDbPorts["keys"];
}

const keySchema = v.array(v.object({ AttributeName: v.string(), KeyType: v.picklist(["HASH", "RANGE"]) }));
const throughput = v.object({ ReadCapacityUnits: numeric, WriteCapacityUnits: numeric });
const projection = v.object({
  NonKeyAttributes: v.exactOptional(v.array(v.string())),
  ProjectionType: v.exactOptional(v.picklist(["ALL", "INCLUDE", "KEYS_ONLY"])),
});
const index = { IndexName: v.string(), KeySchema: keySchema, Projection: projection };

const tableProperties = v.object({
  TableName: v.exactOptional(v.string()),
  AttributeDefinitions: v.array(v.object({ AttributeName: v.string(), AttributeType: v.picklist(["S", "N", "B"]) })),
  KeySchema: keySchema,
  BillingMode: v.optional(v.picklist(["PROVISIONED", "PAY_PER_REQUEST"]), "PROVISIONED"),
  ProvisionedThroughput: v.exactOptional(throughput),
  GlobalSecondaryIndexes: v.exactOptional(
    v.array(v.object({ ...index, ProvisionedThroughput: v.exactOptional(throughput) })),
  ),
  LocalSecondaryIndexes: v.exactOptional(v.array(v.object(index))),
  StreamSpecification: v.optional(v.unknown()),
  TimeToLiveSpecification: v.optional(v.object({ AttributeName: v.optional(v.string(), ""), Enabled: flag })),
  DeletionProtectionEnabled: v.optional(flag),
  SSESpecification: v.optional(
    v.object({ SSEEnabled: flag, SSEType: v.optional(v.literal("KMS")), KMSMasterKeyId: v.optional(v.string()) }),
  ),
  Tags: v.optional(tagList),
});

/** How long a table may take to come or go, in seconds; dynalite needs milliseconds. */
const waitSeconds = 10;

export function resourcesOf(ports: Ports, client: DynamoDBClient): Resources {
  const { place } = ports;
  const table = tableResource(ports, client);
  return { "AWS::DynamoDB::Table": table, "AWS::DynamoDB::GlobalTable": globalTableResource(place, table) };
}

/** `AWS::DynamoDB::Table`. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html */
function tableResource({ place, keys }: Ports, client: DynamoDBClient): ResourceProvider {
  return {
    replaceOn: ["TableName", "KeySchema", "LocalSecondaryIndexes"],
    async create(properties, context) {
      const { TimeToLiveSpecification, StreamSpecification: _, Tags, ...table } = parse(properties, context);
      const { DeletionProtectionEnabled: __, SSESpecification, ...definition } = table;
      checkKey(keys, SSESpecification);
      const TableName = table.TableName ?? physicalName(context, 255);
      const tags = Object.entries(tagsOf(Tags, context)).map(([Key, Value]) => ({ Key, Value }));
      await client.send(new CreateTableCommand({ ...definition, TableName, ...(tags.length > 0 && { Tags: tags }) }));
      await waitUntilTableExists({ client, maxWaitTime: waitSeconds, minDelay: 1, maxDelay: 1 }, { TableName });
      if (TimeToLiveSpecification !== undefined)
        await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
      return stateOf(place, TableName);
    },
    async update(current, properties, previous, context) {
      const wanted = parse(properties, context);
      checkKey(keys, wanted.SSESpecification);
      const TableName = current.physicalId;
      if (indexNames(wanted) !== indexNames(parse(previous, context)))
        throw notEmulated("A change of a table's global secondary indexes");
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      const billing = Table?.BillingModeSummary?.BillingMode ?? "PROVISIONED";
      if (billing !== wanted.BillingMode)
        await client.send(
          new UpdateTableCommand({
            TableName,
            BillingMode: wanted.BillingMode,
            ...(wanted.ProvisionedThroughput && { ProvisionedThroughput: wanted.ProvisionedThroughput }),
          }),
        );
      if (wanted.TimeToLiveSpecification !== undefined)
        await client.send(
          new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: wanted.TimeToLiveSpecification }),
        );
      return current;
    },
    async delete(current) {
      const TableName = current.physicalId;
      try {
        await client.send(new DeleteTableCommand({ TableName }));
      } catch (error) {
        if (error instanceof Error && error.name === "ResourceNotFoundException") return;
        throw error;
      }
      await waitUntilTableNotExists({ client, maxWaitTime: waitSeconds, minDelay: 1, maxDelay: 1 }, { TableName });
    },
  };
}

type Encryption = v.InferOutput<typeof tableProperties>["SSESpecification"];

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSESpecification.html */
function checkKey(
  keys: Ports["keys"],
  { SSEEnabled, KMSMasterKeyId }: NonNullable<Encryption> = { SSEEnabled: false },
): void {
  if (KMSMasterKeyId === undefined) return;
  if (!SSEEnabled)
    throw new AwsError(
      "ValidationException",
      "One or more parameter values were invalid: KMSMasterKeyId is allowed only when SSEEnabled is true",
    );
  if (keys !== undefined && keys.arnOf(KMSMasterKeyId) === undefined)
    throw new AwsError("ValidationException", `The key ${KMSMasterKeyId} does not exist, or cannot be used.`);
}

const globalTableProperties = v.object({
  BillingMode: v.optional(v.string(), "PROVISIONED"),
  Replicas: v.array(v.object({ Region: v.string(), Tags: v.optional(tagList, []) })),
});

/**
 * `AWS::DynamoDB::GlobalTable` (CDK's `TableV2`) with its one replica here and capacity on demand.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html
 */
function globalTableResource(place: Place, table: ResourceProvider): ResourceProvider {
  const asTable = (properties: Properties, context: ResourceContext): Properties => {
    const { BillingMode, Replicas } = parseProperties(globalTableProperties, properties, context);
    if (BillingMode !== "PAY_PER_REQUEST") throw notEmulated("A global table with provisioned capacity");
    const elsewhere = Replicas.filter(({ Region }) => Region !== place.region).map(({ Region }) => Region);
    if (elsewhere.length > 0) throw notEmulated(`A replica of a table in ${elsewhere.join(", ")}`);
    return { ...properties, Tags: Replicas.flatMap(({ Tags }) => Tags) };
  };
  return {
    replaceOn: table.replaceOn,
    create: async (properties, context) => table.create(asTable(properties, context), context),
    update: async (current, properties, previous, context) =>
      table.update(current, asTable(properties, context), asTable(previous, context), context),
    delete: table.delete,
  };
}

function parse(properties: Properties, context: ResourceContext) {
  const parsed = parseProperties(tableProperties, properties, context);
  if (parsed.StreamSpecification !== undefined) throw notEmulated("A table's stream (StreamSpecification)");
  return parsed;
}

function indexNames(table: v.InferOutput<typeof tableProperties>): string {
  const names = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
  return names.sort().join();
}

function stateOf(place: Place, name: string): ResourceState {
  return {
    physicalId: name,
    attributes: { Arn: `arn:aws:dynamodb:${place.region}:${place.account}:table/${name}` },
  };
}
