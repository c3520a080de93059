import * as v from "valibot";
import { requestWith } from "#lambda/custom-resource/request.ts";

const Key = v.union([
  v.strictObject({ placeholder: v.string() }),
  v.strictObject({ randomBytes: v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(1024)) }),
]);

/** How each key of a secret is filled at first. */
export const Keys = v.record(v.string(), Key);
export type Keys = v.InferOutput<typeof Keys>;

/** For `Custom::FirstSecretValue`. */
export const Request = requestWith(v.object({ SecretArn: v.string(), Keys: v.pipe(v.string(), v.parseJson(), Keys) }));
export type Request = v.InferOutput<typeof Request>;
