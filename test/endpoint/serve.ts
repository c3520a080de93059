import { createIdentities, openEndpoint, systemClock } from "@mcp-fleet/endpoint/core";
import { createDynamoDb } from "@mcp-fleet/endpoint/services/dynamodb";
import { createRoute53 } from "@mcp-fleet/endpoint/services/route53";
import { createSecretsManager } from "@mcp-fleet/endpoint/services/secretsmanager";

/** One service of AWS behind the endpoint's front door, for code that needs no other. */
export interface ServedService {
  /** For AWS SDK clients. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  close(): Promise<void>;
}

interface Place {
  readonly region: string;
  readonly account: string;
  readonly endpointUrl: string;
}

interface Stoppable {
  readonly service: Parameters<Awaited<ReturnType<typeof openEndpoint>>["serve"]>[0]["services"][number];
  stop(): Promise<void>;
}

export const serveDynamoDb = (): Promise<ServedService> => serve((place) => createDynamoDb({ place }));

export const serveRoute53 = (): Promise<ServedService> =>
  serve(() => ({ ...createRoute53({ clock: systemClock }), stop: async () => undefined }));

/** Secrets Manager where there is no function to rotate with. */
export const serveSecretsManager = (): Promise<ServedService> =>
  serve((place) =>
    createSecretsManager({
      place,
      clock: systemClock,
      events: { put: () => undefined },
      functions: {
        invoke: (name) => Promise.reject(new Error(`There is no function ${name} here.`)),
        permits: () => false,
      },
    }),
  );

async function serve(make: (place: Place) => Stoppable): Promise<ServedService> {
  const endpoint = await openEndpoint({ port: 0 });
  const [region, account] = ["us-east-1", "573946584375"];
  const made = make({ region, account, endpointUrl: endpoint.url });
  const identities = createIdentities({ account, clock: systemClock });
  endpoint.serve({ services: [made.service], identities, log: () => undefined });
  return {
    client: { endpoint: endpoint.url, region, credentials: { accessKeyId: "AKIALOCAL", secretAccessKey: "local" } },
    async close() {
      await endpoint.close();
      await made.stop();
    },
  };
}
