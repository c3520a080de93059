import * as v from "valibot";
import { requestWith } from "#lambda/custom-resource/request.ts";

/** For `Custom::ValidationRecords`. */
export const Request = requestWith(v.object({ HostedZoneId: v.string(), Domain: v.string() }));
export type Request = v.InferOutput<typeof Request>;
