import { type ClientDocuments, isDocumentAddress } from "./client-document.ts";
import { type Client, clientSeconds, type LoginRecords, strangerSeconds } from "./records.ts";

/** Who may ask for a login: clients that registered, and those that a document describes. */
export interface Clients {
  get(id: string): Promise<Client | undefined>;
  /** The same at `/token`: of a client with a document it needs no more than the id, which a code or token is bound to. */
  known(id: string): Promise<Client | undefined>;
  add(client: Client): Promise<void>;
  /** Somebody logged in by it: it is no stranger any more. */
  keep(client: Client): Promise<void>;
}

export function openClients({ clients }: LoginRecords, documents: ClientDocuments): Clients {
  return {
    get: async (id) => (isDocumentAddress(id) ? documents.read(id) : clients.get(id)),
    known: async (id) => (isDocumentAddress(id) ? { client_id: id, redirect_uris: [] } : clients.get(id)),
    add: (client) => clients.set(client.client_id, client, strangerSeconds),
    keep: async (client) => {
      if (!isDocumentAddress(client.client_id)) await clients.set(client.client_id, client, clientSeconds);
    },
  };
}
