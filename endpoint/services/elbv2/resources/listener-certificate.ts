import * as v from "valibot";
import { parseProperties } from "#endpoint/core/properties.ts";
import type { Properties, ResourceProvider } from "#endpoint/core/service.ts";
import type { ControlPlane } from "../control-plane.ts";
import { addListenerCertificates, removeListenerCertificates } from "../operations/listener-certificates.ts";
import { certificates, text } from "../schema.ts";

const schema = v.object({ ListenerArn: text, Certificates: certificates });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-listenercertificate.html */
export function listenerCertificateResource(control: ControlPlane): ResourceProvider {
  const parse = (properties: Properties, logicalId: string) => {
    const { ListenerArn, Certificates } = parseProperties(schema, properties, { logicalId });
    return { listenerArn: ListenerArn, arns: Certificates.map(({ CertificateArn }) => CertificateArn) };
  };
  return {
    replaceOn: ["ListenerArn"],
    async create(properties, { logicalId }) {
      const { listenerArn, arns } = parse(properties, logicalId);
      await addListenerCertificates(control, listenerArn, arns);
      return { physicalId: `${listenerArn}|${arns.join()}`, attributes: { Id: listenerArn } };
    },
    async update(current, properties, previous, { logicalId }) {
      const wanted = parse(properties, logicalId);
      const before = parse(previous, logicalId);
      await addListenerCertificates(control, wanted.listenerArn, wanted.arns);
      const gone = before.arns.filter((arn) => !wanted.arns.includes(arn));
      await removeListenerCertificates(control, wanted.listenerArn, gone);
      return current;
    },
    async delete(_, properties, { logicalId }) {
      const { listenerArn, arns } = parse(properties, logicalId);
      const listener = control.records.listeners.get(listenerArn);
      if (listener === undefined) return;
      const extra = arns.filter((arn) => arn !== listener.certificateArn);
      await removeListenerCertificates(control, listenerArn, extra);
    },
  };
}
