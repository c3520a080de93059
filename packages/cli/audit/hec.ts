import * as v from "valibot";
import type { SecretPlan } from "#fleet";
import { Failure, reasonOf } from "../failure.ts";
import { keyStates, readKeys } from "../secrets/value.ts";
import type { Stage } from "../stage.ts";

export interface HecSettings {
  readonly url: string;
  readonly token: string;
}

/** What the HTTP Event Collector made of a request, and what to do about it. */
export type HecVerdict =
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly what: string; readonly remedy: string };

const Answer = v.object({ code: v.number(), text: v.string() });

/** HEC answers an empty body from a valid token with 400, code 5: a proof that leaves no event. */
const noData = 5;

/** @param event the event in HEC's format, or an empty string to prove address and token alone */
export async function post(using: typeof fetch, { url, token }: HecSettings, event: string): Promise<HecVerdict> {
  const endpoint = URL.parse(url);
  if (endpoint === null)
    return refused("SPLUNK_HEC_URL is not an address", "fleet secrets set splunk SPLUNK_HEC_URL: https://<host>:8088");
  if (!endpoint.pathname.includes("/services/collector")) endpoint.pathname = "/services/collector/event";
  try {
    const response = await using(endpoint, {
      method: "POST",
      headers: { authorization: `Splunk ${token}`, "content-type": "application/json" },
      body: event,
      signal: AbortSignal.timeout(10_000),
    });
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Answer), await response.text());
    return judge(response.status, parsed.success ? parsed.output : undefined);
  } catch (error) {
    return refused(
      `${endpoint.host} does not answer (${causeOf(error)})`,
      "Check SPLUNK_HEC_URL, and that Splunk allows this address (IP allow list of Splunk Cloud).",
    );
  }
}

/** Statuses and codes: https://docs.splunk.com/Documentation/Splunk/latest/Data/TroubleshootHTTPEventCollector */
function judge(status: number, answer: v.InferOutput<typeof Answer> | undefined): HecVerdict {
  const said = answer === undefined ? `${status}` : `${status}, code ${answer.code}: ${answer.text}`;
  const newToken = "Put a valid one in place: fleet secrets set splunk SPLUNK_HEC_TOKEN";
  switch (status) {
    case 200:
      return { kind: "accepted" };
    case 400:
      if (answer?.code === noData) return { kind: "accepted" };
      return answer?.code === 7
        ? refused(`The token may not write to the index (${said})`, "Allow the index on the token, in Splunk.")
        : refused(`Splunk does not accept the event (${said})`, "Check the settings of the token in Splunk.");
    case 401:
      return refused(`The token is wrong or missing (${said})`, newToken);
    case 403:
      return answer?.code === 4
        ? refused(`Splunk does not know this token, or not yet (${said})`, newToken)
        : refused(
            answer?.code === 1 ? `The token is disabled (${said})` : `HEC is disabled on the Splunk side (${said})`,
            "Enable it in Splunk: Settings, Data inputs, HTTP Event Collector.",
          );
    case 404:
      return refused(
        `There is no collector at SPLUNK_HEC_URL (${said})`,
        "Use the address of HEC: https://<host>:8088",
      );
    default:
      return refused(
        `Splunk cannot accept events right now (${said})`,
        "Try again; containers keep their events in the meantime.",
      );
  }
}

function refused(what: string, remedy: string): HecVerdict {
  return { kind: "refused", what, remedy };
}

/** `fetch` hides the reason in the cause. */
function causeOf(error: unknown): string {
  return reasonOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}

const needed = ["SPLUNK_HEC_URL", "SPLUNK_HEC_TOKEN"] as const;

/** The address and the token that containers get. Throws `Failure` if they cannot be used. */
export async function readHecSettings(stage: Stage): Promise<HecSettings> {
  const secret = auditSecret(stage);
  const values = await readKeys(stage, secret);
  const states = new Map(keyStates(secret, values));
  for (const key of needed) {
    const state = states.get(key);
    if (state === "set") continue;
    throw new Failure(`${key} of ${secret.name} is ${state ?? "missing"}: fleet secrets set ${secret.key} ${key}`);
  }
  return { url: values.SPLUNK_HEC_URL ?? "", token: values.SPLUNK_HEC_TOKEN ?? "" };
}

/** The map's secret that holds the collector's address and token, if any. */
export function findAuditSecret({ plan }: Stage): SecretPlan | undefined {
  return plan.secrets.find(({ keys }) => needed.every((key) => key in keys));
}

/** As above, for callers that need it. @throws {Failure} if there is none */
function auditSecret(stage: Stage): SecretPlan {
  const secret = findAuditSecret(stage);
  if (secret !== undefined) return secret;
  throw new Failure(`No secret of the map has ${needed.join(" and ")}: there is no audit trail to check.`);
}
