/**
 * Every answer of the HTTP Event Collector, by code.
 * https://help.splunk.com/en/splunk-enterprise/get-data-in/collect-http-event-data/troubleshoot-http-event-collector
 */
export const answers = {
  0: { status: 200, text: "Success" },
  1: { status: 403, text: "Token disabled" },
  2: { status: 401, text: "Token is required" },
  3: { status: 401, text: "Invalid authorization" },
  4: { status: 403, text: "Invalid token" },
  5: { status: 400, text: "No data" },
  6: { status: 400, text: "Invalid data format" },
  7: { status: 400, text: "Incorrect index" },
  8: { status: 500, text: "Internal server error" },
  9: { status: 503, text: "Server is busy" },
  10: { status: 400, text: "Data channel is missing" },
  11: { status: 400, text: "Invalid data channel" },
  12: { status: 400, text: "Event field is required" },
  13: { status: 400, text: "Event field cannot be blank" },
  14: { status: 400, text: "ACK is disabled" },
  15: { status: 400, text: "Error in handling indexed fields" },
  16: { status: 400, text: "Query string authorization is not enabled" },
  17: { status: 200, text: "HEC is healthy" },
  18: { status: 503, text: "HEC is unhealthy, queues are full" },
  19: { status: 503, text: "HEC is unhealthy, ack service unavailable" },
  20: { status: 503, text: "HEC is unhealthy, queues are full, ack service unavailable" },
  21: { status: 400, text: "Invalid token" },
  22: { status: 400, text: "Token disabled" },
  23: { status: 503, text: "Server is shutting down" },
  24: { status: 200, text: "HEC is approaching capacity, queues are almost full" },
  25: { status: 200, text: "HEC is approaching capacity, ack channels are almost full" },
  26: { status: 429, text: "HEC is at capacity, queues are full" },
  27: { status: 429, text: "HEC is at capacity, ack channels are full" },
} as const;

export type Code = keyof typeof answers;

export interface Answer {
  readonly code: Code;
  /** Zero-based; the events before it were accepted. */
  readonly invalidEventNumber?: number;
  readonly ackId?: number;
}

export function toBody({ code, invalidEventNumber, ackId }: Answer): string {
  return JSON.stringify({
    text: answers[code].text,
    code,
    ...(invalidEventNumber === undefined ? {} : { "invalid-event-number": invalidEventNumber }),
    ...(ackId === undefined ? {} : { ackId }),
  });
}
