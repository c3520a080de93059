/** An OAuth client of a Google Cloud project. Google keeps at most two secrets, each valid until it is disabled. */
export interface GoogleClient {
  readonly id: string;
  readonly secrets: readonly string[];
  readonly redirectUris: readonly string[];
}

export interface GoogleUser {
  readonly sub: string;
  readonly email: string;
  readonly name: string;
  /** The Workspace domain; none for a consumer account. */
  readonly hd?: string;
  /** For providers that say in which groups somebody is; Google does not. */
  readonly groups?: readonly string[];
}

export const exampleUsers: readonly [GoogleUser, ...GoogleUser[]] = [
  { sub: "110169484474386276334", email: "ada@themailworks.com", name: "Ada Lovelace", hd: "themailworks.com" },
  { sub: "110169484474386276335", email: "grace@themailworks.com", name: "Grace Hopper", hd: "themailworks.com" },
  { sub: "110169484474386276336", email: "eve@gmail.com", name: "Eve" },
];

const secretsAtMost = 2;

/** The clients of the project, as its console administers them. */
export class ClientRegistry {
  readonly #clients = new Map<string, GoogleClient>();

  put(client: GoogleClient): void {
    this.#clients.set(client.id, client);
  }

  get(id: string): GoogleClient | undefined {
    return this.#clients.get(id);
  }

  /** @throws {Error} for an unknown client */
  setRedirectUris(id: string, redirectUris: readonly string[]): void {
    this.put({ ...this.#known(id), redirectUris });
  }

  /** @throws {Error} for an unknown client, or a third secret, which Google's console does not allow */
  addSecret(id: string, secret: string): void {
    const client = this.#known(id);
    if (client.secrets.length >= secretsAtMost) {
      throw new Error(`Client ${id} has ${secretsAtMost} secrets, Google's most. Disable one first.`);
    }
    this.put({ ...client, secrets: [...client.secrets, secret] });
  }

  /** @throws {Error} for an unknown client */
  disableSecret(id: string, secret: string): void {
    const client = this.#known(id);
    this.put({ ...client, secrets: client.secrets.filter((kept) => kept !== secret) });
  }

  #known(id: string): GoogleClient {
    const client = this.get(id);
    if (client === undefined) throw new Error(`There is no client ${id}.`);
    return client;
  }
}
