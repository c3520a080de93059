import type { AuditEvent } from "./event.ts";

export interface AuditClient {
  /** Queues the event and returns: it costs the caller no I/O, and never throws. */
  record(event: AuditEvent): void;
  status(): AuditStatus;
  /** Delivers what is queued, for at most `deadlineMs`; the rest stays on disk. */
  close(deadlineMs: number): Promise<void>;
}

export interface AuditStatus {
  readonly enabled: boolean;
  /** Whether HEC accepted what was sent last. */
  readonly delivering: boolean;
  /** Events in memory, including those in flight. */
  readonly queued: number;
  /** Events on disk. */
  readonly spooled: number;
  /** Events lost beyond the bounds since the start. */
  readonly dropped: number;
}

/** The audit client of `AUDIT_LOG_ENABLED=false`. */
export const noAudit: AuditClient = {
  record: () => undefined,
  status: () => ({ enabled: false, delivering: false, queued: 0, spooled: 0, dropped: 0 }),
  close: async () => undefined,
};
