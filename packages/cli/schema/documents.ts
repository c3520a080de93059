import { alarmsList } from "./documents/alarms.ts";
import { auditCheck, doctor, drill } from "./documents/checks.ts";
import { connect, cost, diff, moveCheck } from "./documents/map.ts";
import { history, rollback } from "./documents/releases.ts";
import { events, log, top } from "./documents/running.ts";
import { secretsGetKeys, secretsHistory, secretsList } from "./documents/secrets.ts";
import { status } from "./documents/status.ts";

/**
 * What each command prints with `--json`: one document, and for `logs` one on each line. Fields may be added, never
 * removed or renamed.
 */
export const documents = {
  status,
  logs: log,
  events,
  top,
  history,
  rollback,
  "secrets list": secretsList,
  "secrets get-keys": secretsGetKeys,
  "secrets history": secretsHistory,
  "alarms list": alarmsList,
  "audit check": auditCheck,
  connect,
  doctor,
  drill,
  diff,
  cost,
  "move check": moveCheck,
} as const;

export type DocumentName = keyof typeof documents;

export function isDocument(name: string): name is DocumentName {
  return Object.hasOwn(documents, name);
}
