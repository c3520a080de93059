import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import { type ControlPlane, limits } from "../control-plane.ts";
import { certificates, paged, paging, text } from "../schema.ts";

/** Further certificates of an HTTPS listener, chosen by the name the client asks for. */
export async function addListenerCertificates(
  control: ControlPlane,
  listenerArn: string,
  arns: readonly string[],
): Promise<void> {
  const record = control.records.listener(listenerArn);
  const before = new Set(record.extraCertificateArns);
  for (const arn of arns) if (arn !== record.certificateArn) record.extraCertificateArns.add(arn);
  const undo = () => {
    for (const arn of arns) if (!before.has(arn)) record.extraCertificateArns.delete(arn);
  };
  if (record.extraCertificateArns.size > limits.certificatesPerLoadBalancer) {
    undo();
    throw new AwsError(
      "TooManyCertificates",
      `A load balancer can have at most '${limits.certificatesPerLoadBalancer}' certificates in addition to the default ones`,
    );
  }
  await control.change(record.loadBalancerArn, undo);
}

export async function removeListenerCertificates(
  control: ControlPlane,
  listenerArn: string,
  arns: readonly string[],
): Promise<void> {
  const record = control.records.listener(listenerArn);
  if (record.certificateArn !== undefined && arns.includes(record.certificateArn)) {
    throw new AwsError("OperationNotPermitted", `Default certificate '${record.certificateArn}' cannot be removed`);
  }
  for (const arn of arns) record.extraCertificateArns.delete(arn);
  await control.publish(record.loadBalancerArn);
}

export function listenerCertificateOperations(control: ControlPlane): Operations {
  const input = v.object({ ListenerArn: text, Certificates: certificates });
  return {
    AddListenerCertificates: define(input, async ({ ListenerArn, Certificates }) => {
      const arns = Certificates.map(({ CertificateArn }) => CertificateArn);
      await addListenerCertificates(control, ListenerArn, arns);
      return { Certificates: arns.map((CertificateArn) => ({ CertificateArn, IsDefault: false })) };
    }),
    RemoveListenerCertificates: define(input, async ({ ListenerArn, Certificates }) => {
      await removeListenerCertificates(
        control,
        ListenerArn,
        Certificates.map(({ CertificateArn }) => CertificateArn),
      );
      return {};
    }),
    DescribeListenerCertificates: define(v.object({ ListenerArn: text, ...paging }), (options) => {
      const record = control.records.listener(options.ListenerArn);
      const first = record.certificateArn === undefined ? [] : [record.certificateArn];
      const { page, NextMarker } = paged([...first, ...record.extraCertificateArns], options);
      const shown = page.map((CertificateArn) => ({
        CertificateArn,
        IsDefault: CertificateArn === record.certificateArn,
      }));
      return { Certificates: shown, NextMarker };
    }),
  };
}
