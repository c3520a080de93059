import type { Deployment, Service } from "../model/service.ts";
import type { Traffic } from "../model/traffic.ts";
import type { ConsoleState } from "../state/state.ts";
import type { Perform } from "./app.tsx";
import { age, duration, rate } from "./format.ts";
import { Panel } from "./panel.tsx";
import { Sparkline } from "./sparkline.tsx";
import { TaskTile } from "./task-tile.tsx";

interface ServicesProps {
  readonly state: ConsoleState;
  readonly perform: Perform;
}

export function Services({ state, perform }: ServicesProps) {
  const { services, traffic, now, unreadable } = state;
  return (
    <Panel title="Services" class="services" problem={unreadable.services}>
      {services === undefined && <p class="empty">Reading the fleet…</p>}
      {services?.length === 0 && <p class="empty">The map has no service. Add one in fleet.config.ts.</p>}
      {services?.map((service) => (
        <ServiceCard
          key={service.key}
          service={service}
          traffic={traffic.find((one) => one.service === service.key)}
          now={now}
          perform={perform}
        />
      ))}
    </Panel>
  );
}

interface CardProps {
  readonly service: Service;
  readonly traffic: Traffic | undefined;
  readonly now: number;
  readonly perform: Perform;
}

function ServiceCard({ service, traffic, now, perform }: CardProps) {
  const { key, url, hostname, status, tasks } = service;
  return (
    <article class="service" aria-labelledby={`service-${key}`}>
      <div class="head">
        <div class="line">
          <h3 id={`service-${key}`} tabIndex={-1}>
            {key}
          </h3>
          <a href={url} target="_blank" rel="noreferrer">
            {hostname}
          </a>
          <DeploymentState service={service} now={now} />
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
      <Counts service={service} traffic={traffic} />
      {tasks.length === 0 ? (
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

function Counts({ service, traffic }: Pick<CardProps, "service" | "traffic">) {
  const { desired, running, healthy } = service;
  return (
    <div class="counts">
      <dl>
        <Figure name="desired" value={desired} />
        <Figure name="running" value={running} />
        <Figure name="healthy" value={healthy} tone={healthy < desired ? "bad" : undefined} />
        <Figure name="req/s" value={rate(traffic?.rate ?? 0)} />
        <Figure name="p95" value={traffic?.p95 === undefined ? "–" : duration(traffic.p95)} />
        <Figure name="5xx" value={traffic?.errors ?? 0} tone={(traffic?.errors ?? 0) > 0 ? "bad" : undefined} />
      </dl>
      <Sparkline values={traffic?.perSecond ?? []} />
    </div>
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

function DeploymentState({ service, now }: Pick<CardProps, "service" | "now">) {
  const primary = service.deployments.find((deployment) => deployment.primary);
  if (service.status === "absent") return <span class="mark neutral">not deployed</span>;
  if (service.status === "draining") return <span class="mark warn">being removed</span>;
  if (primary === undefined) return <span class="mark neutral">no deployment</span>;
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
        <span class="mark bad" title={reason}>
          rollout of {definition} failed{failures}
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
