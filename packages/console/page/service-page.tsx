import { useEffect, useRef } from "preact/hooks";
import type { ConsoleState } from "../state/state.ts";
import { Alarms } from "./alarms.tsx";
import { Audits } from "./audits.tsx";
import { RequestLog } from "./logs.tsx";
import { Notices } from "./notices.tsx";
import { Panel } from "./panel.tsx";
import type { Perform } from "./perform.ts";
import { Secrets } from "./secrets.tsx";
import { ServiceCard } from "./services.tsx";
import { Tools } from "./tools.tsx";

interface ServicePageProps {
  readonly state: ConsoleState;
  readonly serviceKey: string;
  readonly perform: Perform;
  readonly performOnAlarms: Perform;
}

/** All that the console knows of one service, under an address of its own. */
export function ServicePage({ state, serviceKey, perform, performOnAlarms }: ServicePageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [serviceKey]);
  const { services } = state;
  const service = services?.find(({ key }) => key === serviceKey);
  const own = stateOf(state, serviceKey);
  return (
    <>
      <div class="path">
        <a href="#/">All services</a>
        <h2 ref={heading} tabIndex={-1}>
          {serviceKey}
        </h2>
      </div>
      <div class="traffic">
        <Panel title="Tasks and rollout" class="services" problem={state.unreadable.services}>
          {services === undefined && <p class="empty">Reading the fleet…</p>}
          {services !== undefined && service === undefined && (
            <p class="empty">
              The map of stage {state.stage} has no service {serviceKey}.
            </p>
          )}
          {service !== undefined && (
            <>
              <ServiceCard service={service} state={state} perform={perform} />
              <p class="empty">
                In a terminal: <code>./fleet logs {serviceKey}</code>, <code>./fleet events {serviceKey}</code>
              </p>
            </>
          )}
        </Panel>
        {state.happenings && <RequestLog requests={own.requests} />}
      </div>
      <div class="side">
        <Alarms state={own} filter="" perform={performOnAlarms} />
        <Secrets state={own} filter="" none="It uses no secret of the map." perform={perform} />
        <Notices notices={own.notices} />
      </div>
      <div class="logs">
        <Tools state={own} serviceKey={serviceKey} />
        {service?.auditSource !== undefined && <Audits state={state} source={service.auditSource} perform={perform} />}
      </div>
    </>
  );
}

/** What of the state is about one service. */
function stateOf(state: ConsoleState, key: string): ConsoleState {
  const secrets = state.secrets?.filter(({ usedBy }) => usedBy.includes(key));
  const secretKeys = new Set(secrets?.map((secret) => secret.key));
  return {
    ...state,
    secrets,
    alarms: state.alarms?.filter(({ service }) => service === key),
    requests: state.requests.filter(({ service }) => service === key),
    notices: state.notices.filter(({ text }) => {
      const [subject = ""] = text.split(":");
      return subject === key || secretKeys.has(subject) || text.includes(`-${key.replaceAll("_", "-")}-`);
    }),
  };
}
