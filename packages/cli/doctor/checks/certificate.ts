import { ACMClient, type CertificateSummary, paginateListCertificates } from "@aws-sdk/client-acm";
import type { StagePlan } from "#fleet";
import { howToDeploy } from "#fleet/deploying.ts";
import { type Check, type Finding, failure } from "../check.ts";

const week = 7 * 86_400_000;

export const certificate: Check = {
  id: "certificate",
  ok: "The certificate is issued, in use, and not about to expire.",
  async look({ stage: { plan, aws }, now }) {
    const found: CertificateSummary[] = [];
    for await (const page of paginateListCertificates({ client: aws.client(ACMClient) }, {})) {
      found.push(...(page.CertificateSummaryList ?? []));
    }
    return judgeCertificates(
      plan,
      found.filter(({ DomainName }) => DomainName === plan.serviceDomain),
      now(),
    );
  },
};

/** @param now milliseconds since the epoch */
export function judgeCertificates(
  plan: StagePlan,
  own: readonly CertificateSummary[],
  now: number,
): readonly Finding[] {
  const { serviceDomain } = plan;
  const [best] = own.toSorted((one, other) => rank(other) - rank(one));
  if (best === undefined) return [failure(`ACM has no certificate for ${serviceDomain}.`, howToDeploy(plan))];
  if (best.Status !== "ISSUED")
    return [
      failure(
        `The certificate for ${serviceDomain} is ${best.Status}.`,
        "ACM issues it once it finds the DNS records: fix name-servers first, then wait up to an hour.",
      ),
    ];
  const left = (best.NotAfter?.getTime() ?? Number.POSITIVE_INFINITY) - now;
  if (left > week) return [];
  return [
    failure(
      `The certificate for ${serviceDomain} expires ${best.NotAfter?.toISOString()}, and was not renewed.`,
      "ACM renews as long as the validation records are in DNS and the certificate is in use: check it in ACM.",
    ),
  ];
}

/** The one in use counts, then an issued one: a stage that was deployed again leaves old ones behind. */
function rank({ InUse, Status }: CertificateSummary): number {
  return (InUse === true ? 2 : 0) + (Status === "ISSUED" ? 1 : 0);
}
