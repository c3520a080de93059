import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";

/** Marks the console's own calls, in CloudTrail as in the local journal. */
export const agent = "mcp-fleet-console";

export interface ClientSettings {
  readonly region: string;
  /** The local endpoint. Default: AWS. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /**
   * Reads the profiles of the AWS CLI again for each client, and not once in a process: somebody renews them meanwhile.
   * https://github.com/smithy-lang/smithy-typescript/blob/main/packages/shared-ini-file-loader/src/loadSharedConfigFiles.ts
   */
  readonly ignoreCache?: true;
}

export interface Clients {
  readonly ecs: ECSClient;
  readonly balancing: ElasticLoadBalancingV2Client;
  readonly secrets: SecretsManagerClient;
  readonly cloudWatch: CloudWatchClient;
  readonly dynamo: DynamoDBClient;
  readonly queues: SQSClient;
}

export function openClients(settings: ClientSettings): Clients {
  const own = { ...settings, customUserAgent: agent };
  return {
    ecs: new ECSClient(own),
    balancing: new ElasticLoadBalancingV2Client(own),
    secrets: new SecretsManagerClient(own),
    cloudWatch: new CloudWatchClient(own),
    dynamo: new DynamoDBClient(own),
    queues: new SQSClient(own),
  };
}
