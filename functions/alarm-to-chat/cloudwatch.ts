import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";

/** One for all that ask it: each client connects anew. */
export const cloudwatch = new CloudWatchClient({});
