import type { ComponentChildren } from "preact";
import type { Deployment, Service } from "../model/service.ts";
import type { Traffic } from "../model/traffic.ts";
import { arrange, type Ranked } from "../state/attention.ts";
import type { ConsoleState } from "../state/state.ts";
import { age, duration, rate } from "./format.ts";
import { Panel } from "./panel.tsx";
import type { Perform } from "./perform.ts";
import { addressOf } from "./route.ts";
import { ServiceRows } from "./service-rows.tsx";
import { Sparkline } from "./sparkline.tsx";
import { TaskTile } from "./task-tile.tsx";

interface ServicesProps {
  readonly state: ConsoleState;
  readonly filter: string;
  readonly perform: Perform;
}

export function Services({ state, filter, perform }: ServicesProps) {
  const { services, unreadable } = state;
  const trafficOf = (key: string) => trafficIn(state, key);
  const { cards, rows, well, offline } = arrange(state, filter);
  return (
    <Panel
      id="services"
      title="Services"
      class="services"
      problem={unreadable.services}
      aside={<Source state={state} />}
    >
      {unreadable.traffic !== undefined && <p class="problem">Requests could not be counted: {unreadable.traffic}</p>}
      {services === undefined && <p class="empty">Reading the fleet…</p>}
      {services !== undefined && services.length > 0 && services.every(({ status }) => status === "absent") && (
        <p class="empty">Nothing is deployed here yet: {state.toDeploy}.</p>
      )}
      {services?.length === 0 && <p class="empty">The map has no service. Add one in fleet.config.ts.</p>}
      {services !== undefined &&
        services.length > 0 &&
        cards.length + rows.length + well.length + offline.length === 0 && (
          <p class="empty">No service matches “{filter}”.</p>
        )}
      {cards.map((service) => (
        <ServiceCard key={service.key} service={service} state={state} perform={perform} />
      ))}
      {rows.length > 0 && <ServiceRows label="More services" services={rows} trafficOf={trafficOf} />}
      <Folded label="Services that are well" services={well} trafficOf={trafficOf}>
        <span class="mark good">
          {well.length} {cards.length + rows.length > 0 ? "more " : ""}
          {well.length === 1 ? "service is" : "services are"} well
        </span>
      </Folded>
      <Folded label="Services that are offline" services={offline} trafficOf={trafficOf}>
        <span class="mark neutral">
          {offline.length} {offline.length === 1 ? "service is" : "services are"} offline
        </span>
      </Folded>
    </Panel>
  );
}

interface FoldedProps {
  readonly label: string;
  readonly services: readonly Ranked<Service>[];
  readonly trafficOf: (key: string) => Traffic | undefined;
  readonly children: ComponentChildren;
}

function Folded({ label, services, trafficOf, children }: FoldedProps) {
  if (services.length === 0) return null;
  return (
    <details class="well">
      <summary>{children}</summary>
      <ServiceRows label={label} services={services} trafficOf={trafficOf} />
    </details>
  );
}

/** Without a feed of requests, a stage's numbers come from CloudWatch, later and by the minute. */
function Source({ state: { happenings, traffic } }: { readonly state: ConsoleState }) {
  return !happenings && traffic !== undefined && traffic.length > 0 ? (
    <span class="facts">requests of the last hour, by CloudWatch</span>
  ) : null;
}

const noTraffic: Traffic = { span: "minute", counts: [], rate: 0, errors: 0 };

/** `undefined` if requests are not counted. */
function trafficIn({ traffic }: ConsoleState, key: string): Traffic | undefined {
  return traffic && (traffic.find(({ service }) => service === key) ?? noTraffic);
}

interface CardProps {
  readonly service: Service;
  readonly state: ConsoleState;
  readonly perform: Perform;
}

export function ServiceCard({ service, state, perform }: CardProps) {
  const { key, url, hostname, status, tasks } = service;
  const { now, alarms = [] } = state;
  const ringing = alarms.filter((alarm) => alarm.service === key && alarm.state === "ALARM");
  return (
    <article class="service" aria-labelledby={`service-${key}`}>
      <div class="head">
        <div class="line">
          <h3 id={`service-${key}`} tabIndex={-1}>
            <a class="plain" href={addressOf(key)}>
              {key}
            </a>
          </h3>
          <a href={url} target="_blank" rel="noreferrer">
            {hostname}
          </a>
          <DeploymentState service={service} now={now} />
          {ringing.length > 0 && (
            <span class="mark bad">in alarm: {ringing.map(({ subject }) => subject).join(", ")}</span>
          )}
        </div>
        {perform !== undefined && status === "active" && (
          <button
            type="button"
            aria-label={`Roll ${key}`}
            onClick={() => perform({ kind: "roll-service", service: key })}
          >
            Roll
          </button>
        )}
      </div>
      {status !== "absent" && <Counts service={service} traffic={trafficIn(state, key)} />}
      {status === "absent" ? null : tasks.length === 0 ? (
        <p class="empty">No task{service.desired === 0 ? ": its desired count is 0." : " yet."}</p>
      ) : (
        <ul class="tasks" aria-label={`Tasks of ${key}`}>
          {tasks.map((task) => (
            <TaskTile key={task.id} task={task} service={key} now={now} perform={perform} />
          ))}
        </ul>
      )}
    </article>
  );
}

interface CountsProps {
  readonly service: Service;
  readonly traffic: Traffic | undefined;
}

function Counts({ service, traffic }: CountsProps) {
  const { desired, running, healthy } = service;
  return (
    <div class="counts">
      <dl>
        <Figure name="desired" value={desired} />
        <Figure name="running" value={running} />
        <Figure name="healthy" value={healthy} tone={healthy < desired ? "bad" : undefined} />
        {traffic !== undefined && <TrafficFigures traffic={traffic} />}
      </dl>
      {traffic !== undefined && <Sparkline values={traffic.counts} />}
    </div>
  );
}

function TrafficFigures({ traffic: { rate: perSecond, p95, errors } }: { readonly traffic: Traffic }) {
  return (
    <>
      <Figure name="req/s" value={rate(perSecond)} />
      <Figure name="p95" value={p95 === undefined ? "–" : duration(p95)} />
      <Figure name="5xx" value={errors} tone={errors > 0 ? "bad" : undefined} />
    </>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string | number;
  readonly tone?: "bad" | undefined;
}

function Figure({ name, value, tone }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={tone}>{value}</dd>
    </div>
  );
}

function DeploymentState({ service, now }: { readonly service: Service; readonly now: number }) {
  const primary = service.deployments.find((deployment) => deployment.primary);
  if (service.failure !== undefined) return <span class="mark bad">{service.failure}</span>;
  if (service.unreachable !== undefined)
    return <span class="mark bad">no MCP client gets through: it {service.unreachable}</span>;
  if (service.status === "absent") return <span class="mark neutral">not deployed</span>;
  if (service.status === "draining") return <span class="mark warn">being removed</span>;
  if (primary === undefined) return <span class="mark neutral">no deployment</span>;
  const { healthy, desired } = service;
  if (primary.state === "completed" && healthy < desired)
    return (
      <span class="mark bad">
        {healthy} of {desired} {desired === 1 ? "task is" : "tasks are"} healthy
      </span>
    );
  return <DeploymentMark deployment={primary} now={now} />;
}

function DeploymentMark({ deployment, now }: { readonly deployment: Deployment; readonly now: number }) {
  const { state, failedTasks, definition, createdAt, reason } = deployment;
  const when = age(createdAt, now);
  const failures = failedTasks === 0 ? "" : `, ${failedTasks} failed ${failedTasks === 1 ? "task" : "tasks"}`;
  switch (state) {
    case "in-progress":
      return (
        <span class="mark warn" title={reason}>
          rolling out {definition} for {when}
          {failures}
        </span>
      );
    case "rolling-back":
      return (
        <span class="mark bad" title={reason}>
          rolling back to {definition}
        </span>
      );
    case "failed":
      return (
        <span class="mark bad">
          rollout of {definition} failed{failures}. {reason}
        </span>
      );
    case "completed":
      return (
        <span class="mark good" title={reason}>
          {definition}, steady
        </span>
      );
  }
}
