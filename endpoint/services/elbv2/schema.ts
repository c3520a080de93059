import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { flag, numeric, tagList } from "#endpoint/core/properties.ts";

/** The shapes that the API and CloudFormation share: one parser for both doors. */

export const integer = v.pipe(numeric, v.integer("must be a whole number"));
export const text = v.string();
export const texts = v.array(text);
export const tags = v.optional(tagList);
export const port = v.pipe(integer, v.minValue(1), v.maxValue(65535));

export const certificates = v.array(v.object({ CertificateArn: text, IsDefault: v.optional(flag) }));
export const attributes = v.array(
  v.object({ Key: text, Value: v.optional(v.union([text, v.boolean(), v.number()]), "") }),
);
export const targets = v.array(v.object({ Id: text, Port: v.optional(port), AvailabilityZone: v.optional(text) }));

export const action = v.object({
  Type: text,
  Order: v.optional(integer),
  TargetGroupArn: v.optional(text),
  ForwardConfig: v.optional(
    v.object({
      TargetGroups: v.array(v.object({ TargetGroupArn: text, Weight: v.optional(integer) })),
      TargetGroupStickinessConfig: v.optional(
        v.object({ Enabled: v.optional(flag), DurationSeconds: v.optional(integer) }),
      ),
    }),
  ),
  RedirectConfig: v.optional(
    v.object({
      Protocol: v.optional(text),
      Host: v.optional(text),
      Port: v.optional(v.pipe(v.union([text, v.number()]), v.transform(String))),
      Path: v.optional(text),
      Query: v.optional(text),
      StatusCode: v.picklist(["HTTP_301", "HTTP_302"], "must be HTTP_301 or HTTP_302"),
    }),
  ),
  FixedResponseConfig: v.optional(
    v.object({
      StatusCode: v.pipe(v.union([text, v.number()]), v.transform(String)),
      ContentType: v.optional(text),
      MessageBody: v.optional(text),
    }),
  ),
});
export type ActionInput = v.InferOutput<typeof action>;

const values = v.optional(v.object({ Values: v.optional(texts) }));
const valuesOrRegex = v.optional(v.object({ Values: v.optional(texts), RegexValues: v.optional(texts) }));

export const condition = v.object({
  Field: text,
  Values: v.optional(texts),
  RegexValues: v.optional(texts),
  HostHeaderConfig: valuesOrRegex,
  PathPatternConfig: valuesOrRegex,
  HttpHeaderConfig: v.optional(
    v.object({ HttpHeaderName: text, Values: v.optional(texts), RegexValues: v.optional(texts) }),
  ),
  QueryStringConfig: v.optional(v.object({ Values: v.array(v.object({ Key: v.optional(text), Value: text })) })),
  HttpRequestMethodConfig: values,
  SourceIpConfig: values,
});
export type ConditionInput = v.InferOutput<typeof condition>;

/** What ELB answers for a value that does not fit. */
export function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

export const paging = {
  Marker: v.optional(text),
  PageSize: v.optional(v.pipe(integer, v.minValue(1), v.maxValue(400))),
};

/** The page after `Marker`, and the marker of the next one. */
export function paged<T>(
  all: readonly T[],
  { Marker, PageSize = 400 }: { Marker?: string | undefined; PageSize?: number | undefined },
) {
  const start = Marker === undefined ? 0 : Number(Marker);
  if (!Number.isInteger(start) || start < 0) throw invalid(`The marker '${Marker}' is not one this endpoint gave`);
  const end = start + PageSize;
  return { page: all.slice(start, end), NextMarker: end < all.length ? String(end) : undefined };
}
