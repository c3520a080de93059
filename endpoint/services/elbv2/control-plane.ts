import { AwsError } from "#endpoint/core/errors.ts";
import type { BucketPolicies, Clock, Place } from "#endpoint/core/ports.ts";
import { balancerSettings } from "./attributes.ts";
import type { CertificatePem, ListenerSpec } from "./model.ts";
import type { Plane } from "./plane/plane.ts";
import { type ListenerRecord, Records } from "./records.ts";
import { actionOf, groupArnsOf } from "./rule-actions.ts";
import { conditionOf } from "./rule-conditions.ts";
import type { ActionInput } from "./schema.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
export const limits = {
  loadBalancers: 50,
  targetGroups: 3000,
  targetGroupsPerLoadBalancer: 100,
  targetsPerGroup: 1000,
  listenersPerLoadBalancer: 50,
  rulesPerLoadBalancer: 100,
  certificatesPerLoadBalancer: 25,
  tagsPerResource: 50,
} as const;

/** ACM, as the balancer fetches what an HTTPS listener serves. Throws `AwsError` for an unknown ARN. */
export interface CertificateReader {
  read(certificateArn: string): Promise<CertificatePem>;
}

/** The records, and the balancers that serve as the records say. */
export class ControlPlane {
  readonly records = new Records();
  readonly place: Place;
  readonly clock: Clock;
  readonly plane: Plane;
  readonly buckets: BucketPolicies | undefined;
  readonly #certificates: CertificateReader;
  readonly #published = new Map<string, Promise<void>>();

  constructor(
    {
      place,
      clock,
      certificates,
      buckets,
    }: {
      readonly place: Place;
      readonly clock: Clock;
      readonly certificates: CertificateReader;
      readonly buckets: BucketPolicies | undefined;
    },
    plane: Plane,
  ) {
    this.place = place;
    this.clock = clock;
    this.plane = plane;
    this.buckets = buckets;
    this.#certificates = certificates;
  }

  arn(path: string): string {
    return `arn:aws:elasticloadbalancing:${this.place.region}:${this.place.account}:${path}`;
  }

  /**
   * Changes the records of one balancer and makes it serve accordingly. When it cannot (a port is taken), `undo` takes
   * the change back, so that what is described is what serves.
   */
  async change(loadBalancerArn: string, undo: () => void): Promise<void> {
    try {
      await this.publish(loadBalancerArn);
    } catch (error) {
      undo();
      await this.publish(loadBalancerArn);
      throw error;
    }
  }

  /** One at a time for each balancer: two would race for the same port. */
  publish(loadBalancerArn: string): Promise<void> {
    const before = this.#published.get(loadBalancerArn) ?? Promise.resolve();
    const next = before.then(
      () => this.#serve(loadBalancerArn),
      () => this.#serve(loadBalancerArn),
    );
    this.#published.set(loadBalancerArn, next);
    return next;
  }

  /** A group belongs to one balancer, and a balancer has a limited number of groups. */
  checkAssociations(loadBalancerArn: string, actions: readonly ActionInput[]): void {
    const used = new Set(this.groupsOf(loadBalancerArn));
    for (const arn of groupArnsOf(actions)) {
      const other = this.loadBalancersOf(arn).find((one) => one !== loadBalancerArn);
      if (other !== undefined) {
        throw new AwsError(
          "TargetGroupAssociationLimit",
          `The following target groups cannot be associated with more than one load balancer: ${arn}`,
        );
      }
      used.add(arn);
    }
    if (used.size > limits.targetGroupsPerLoadBalancer) {
      throw new AwsError(
        "TooManyUniqueTargetGroupsPerLoadBalancer",
        `A load balancer can have at most '${limits.targetGroupsPerLoadBalancer}' unique target groups`,
      );
    }
  }

  groupsOf(loadBalancerArn: string): readonly string[] {
    return this.records
      .listenersOf(loadBalancerArn)
      .flatMap((listener) => [
        ...groupArnsOf(listener.actions),
        ...this.records.rulesOf(listener.arn).flatMap((rule) => groupArnsOf(rule.actions)),
      ]);
  }

  loadBalancersOf(targetGroupArn: string): readonly string[] {
    return [...this.records.loadBalancers.keys()].filter((arn) => this.groupsOf(arn).includes(targetGroupArn));
  }

  certificateUsers(certificateArn: string): readonly string[] {
    const listeners = [...this.records.listeners.values()].filter(
      (one) => one.certificateArn === certificateArn || one.extraCertificateArns.has(certificateArn),
    );
    return [...new Set(listeners.map((one) => one.loadBalancerArn))];
  }

  async #serve(loadBalancerArn: string): Promise<void> {
    const record = this.records.loadBalancers.get(loadBalancerArn);
    if (record === undefined) {
      this.#published.delete(loadBalancerArn);
      await this.plane.stopServing(loadBalancerArn);
      return;
    }
    await this.plane.serve({
      arn: record.arn,
      fullName: record.fullName,
      dnsName: record.dnsName,
      settings: balancerSettings(record.attributes),
      listeners: await Promise.all(this.records.listenersOf(record.arn).map((listener) => this.#specOf(listener))),
    });
  }

  async #specOf(listener: ListenerRecord): Promise<ListenerSpec> {
    const first = listener.certificateArn === undefined ? [] : [listener.certificateArn];
    const certificateArns = new Set([...first, ...listener.extraCertificateArns]);
    const certificates = await Promise.all([...certificateArns].map((arn) => this.#pemOf(arn)));
    return {
      arn: listener.arn,
      port: listener.port,
      protocol: listener.protocol,
      ...(listener.sslPolicy === undefined ? {} : { sslPolicy: listener.sslPolicy }),
      certificates,
      defaultAction: actionOf(listener.actions),
      rules: this.records.rulesOf(listener.arn).map((rule) => ({
        conditions: rule.conditions.map(conditionOf),
        action: actionOf(rule.actions),
      })),
    };
  }

  /** No more than the data plane needs: whatever else the reader's answer holds may not cross threads. */
  async #pemOf(arn: string): Promise<CertificatePem> {
    const { certificate, privateKey } = await this.#certificates.read(arn);
    return { certificate, privateKey };
  }
}
