import { isIP } from "node:net";
import type { NameTable } from "#endpoint/core/ports.ts";

/** Whose a host is. */
export type Whereabouts =
  | { readonly kind: "balancer"; readonly arn: string }
  | { readonly kind: "nowhere"; readonly why: string };

/** An alias may name another record: resolvers follow a few, and no circle. */
const maxHops = 8;

/** The longest name there is in DNS. */
const maxNameLength = 253;

/** Which balancer a host is for, as a client would find out: by the records in DNS. */
export class Directory {
  /** By DNS name, the oldest first. */
  readonly #balancers = new Map<string, string>();
  readonly #known = new Map<string, Whereabouts>();
  #names: NameTable = new Map();
  /** Where everything goes that no record decides about. */
  #first: Whereabouts = { kind: "nowhere", why: "No balancer serves here." };

  setNames(names: NameTable): void {
    this.#names = names;
    this.#known.clear();
  }

  add(dnsName: string, arn: string): void {
    if (this.#balancers.has(dnsName)) return;
    this.#balancers.set(dnsName, arn);
    this.#changed();
  }

  remove(arn: string): void {
    for (const [dnsName, one] of this.#balancers) if (one === arn) this.#balancers.delete(dnsName);
    this.#changed();
  }

  /**
   * @param host in lower case, without a port. While there is one balancer it has every host. Clients that name none, or
   * an address, did not ask DNS: they meet the first.
   */
  find(host: string | undefined): Whereabouts {
    if (this.#balancers.size < 2 || host === undefined) return this.#first;
    const known = this.#known.get(host);
    if (known !== undefined) return known;
    const found = this.#lookUp(host);
    // The few hosts of a fleet are remembered; strangers' are not piled up.
    if (this.#known.size < 1000) this.#known.set(host, found);
    return found;
  }

  #lookUp(host: string): Whereabouts {
    if (host === "localhost" || isIP(host.replace(/^\[|\]$/g, "")) !== 0) return this.#first;
    if (host.length > maxNameLength) return { kind: "nowhere", why: "The host is longer than any name in DNS." };
    let name = host.endsWith(".") ? host.slice(0, -1) : host;
    for (let hop = 0; hop <= maxHops; hop++) {
      // CloudFormation's alias targets are often written so: the name with both kinds of address.
      const arn = this.#balancers.get(name) ?? this.#balancers.get(name.replace(/^dualstack\./, ""));
      if (arn !== undefined) return { kind: "balancer", arn };
      const next = followed(this.#names, name);
      if (next === undefined) return { kind: "nowhere", why: unresolved(host, name, hop) };
      name = next;
    }
    return { kind: "nowhere", why: `The records of ${host} lead to each other, more than ${maxHops} times.` };
  }

  #changed(): void {
    const [arn] = this.#balancers.values();
    this.#first = arn === undefined ? { kind: "nowhere", why: "No balancer serves here." } : { kind: "balancer", arn };
    this.#known.clear();
  }
}

/** A name of its own hides wildcards above it: RFC 4592, section 3.3.1. */
function followed(names: NameTable, name: string): string | undefined {
  if (names.has(name)) return names.get(name);
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    const above = name.slice(dot + 1);
    if (names.has(above)) return names.get(`*.${above}`);
  }
  return undefined;
}

function unresolved(host: string, name: string, hops: number): string {
  return hops === 0
    ? `No record in Route 53 leads ${host} to a balancer: on AWS the name would not resolve (NXDOMAIN).`
    : `The record of ${host} leads to ${name}, which is not a balancer here.`;
}
