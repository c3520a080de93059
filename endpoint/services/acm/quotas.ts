import type { Quota } from "#endpoint/core/service.ts";
import { perSecond } from "#endpoint/core/throttle.ts";

/** https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits */
export const quotas: readonly Quota[] = [
  perSecond(5, "AddTagsToCertificate"),
  perSecond(10, "DeleteCertificate"),
  perSecond(10, "DescribeCertificate"),
  perSecond(10, "GetCertificate"),
  perSecond(8, "ListCertificates"),
  perSecond(10, "ListTagsForCertificate"),
  perSecond(5, "RemoveTagsFromCertificate"),
  perSecond(5, "RequestCertificate"),
];
