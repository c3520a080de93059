import * as v from "valibot";

export const alarmState = v.picklist(["ALARM", "INSUFFICIENT_DATA", "OK"]);
export type AlarmState = v.InferOutput<typeof alarmState>;

export const alarm = v.object({
  name: v.string(),
  /** The service it watches, by its key in the map; absent for one of the whole fleet. */
  service: v.optional(v.string()),
  /** Its name without stage and service: `healthy-hosts`. */
  subject: v.string(),
  state: alarmState,
  reason: v.string(),
  /** Milliseconds since the epoch, when it went into this state. */
  since: v.number(),
});
export type Alarm = v.InferOutput<typeof alarm>;
