import * as v from "valibot";
import { parseProperties, tagList, tagsOf } from "#endpoint/core/properties.ts";
import type { ResourceProvider, ResourceState, Resources } from "#endpoint/core/service.ts";
import { type AcmEngine, keyAlgorithm } from "./engine.ts";
import { proofOf } from "./proof.ts";

/** How often a certificate that waits for its proof is looked at. */
const pollMs = 100;

export function resourcesOf(engine: AcmEngine): Resources {
  return { "AWS::CertificateManager::Certificate": certificateResource(engine) };
}

const schema = v.object({
  DomainName: v.string(),
  SubjectAlternativeNames: v.optional(v.array(v.string()), []),
  // E-mail is CloudFormation's default.
  ValidationMethod: v.optional(v.string(), "EMAIL"),
  DomainValidationOptions: v.optional(
    v.array(v.object({ DomainName: v.string(), HostedZoneId: v.optional(v.string()) })),
    [],
  ),
  KeyAlgorithm: keyAlgorithm,
  Tags: v.optional(tagList),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-certificatemanager-certificate.html */
function certificateResource({ certificates, clock, place, proofs, usedBy }: AcmEngine): ResourceProvider {
  return {
    replaceOn: [
      "CertificateAuthorityArn",
      "CertificateExport",
      "DomainName",
      "DomainValidationOptions",
      "KeyAlgorithm",
      "SubjectAlternativeNames",
      "ValidationMethod",
    ],
    async create(properties, context) {
      const input = parseProperties(schema, properties, context);
      const request = {
        domainName: input.DomainName,
        alternativeNames: input.SubjectAlternativeNames,
        validationMethod: input.ValidationMethod,
        keyAlgorithm: input.KeyAlgorithm,
        idempotencyToken: undefined,
      };
      const record = await certificates.request(request, new Map(Object.entries(tagsOf(input.Tags, context))));
      context.initiated?.(stateOf(record.arn));
      // Into the zones that the template names. No deletion takes them out again:
      // https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/837
      for (const { DomainName, HostedZoneId } of input.DomainValidationOptions) {
        if (HostedZoneId !== undefined) proofs.write(HostedZoneId, proofOf(place.account, DomainName));
      }
      while (certificates.get(record.arn).status === "PENDING_VALIDATION") {
        context.signal.throwIfAborted();
        await clock.sleep(pollMs, context.signal);
      }
      return stateOf(record.arn);
    },
    async update(current, properties, _, context) {
      const { Tags } = parseProperties(schema, properties, context);
      certificates.get(current.physicalId).tags = new Map(Object.entries(tagsOf(Tags, context)));
      return current;
    },
    async delete(current) {
      if (certificates.find(current.physicalId) === undefined) return;
      certificates.delete(current.physicalId, usedBy(current.physicalId));
    },
  };
}

function stateOf(arn: string): ResourceState {
  return { physicalId: arn, attributes: { CertificateArn: arn } };
}
