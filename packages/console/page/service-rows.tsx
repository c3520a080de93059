import type { Service } from "../model/service.ts";
import type { Traffic } from "../model/traffic.ts";
import type { Attention, Ranked } from "../state/attention.ts";
import { duration, rate } from "./format.ts";
import { addressOf } from "./route.ts";

/** More than anybody reads: beyond these, a filter finds them. */
export const shownRows = 60;

const words: Readonly<Record<Attention, string>> = {
  down: "down",
  failing: "failing",
  changing: "rolling",
  off: "off",
  well: "well",
};
const tones: Readonly<Record<Attention, string>> = {
  down: "bad",
  failing: "bad",
  changing: "warn",
  off: "neutral",
  well: "good",
};

interface RowsProps {
  readonly label: string;
  readonly services: readonly Ranked<Service>[];
  readonly trafficOf: (key: string) => Traffic | undefined;
}

/** A line for each service, which leads to its page. */
export function ServiceRows({ label, services, trafficOf }: RowsProps) {
  const more = services.length - shownRows;
  return (
    <>
      <ul class="rows" aria-label={label}>
        {services.slice(0, shownRows).map(({ item, attention }) => (
          <ServiceRow key={item.key} service={item} attention={attention} traffic={trafficOf(item.key)} />
        ))}
      </ul>
      {more > 0 && <p class="empty">and {more} more: filter to find one.</p>}
    </>
  );
}

interface RowProps {
  readonly service: Service;
  readonly attention: Attention;
  readonly traffic: Traffic | undefined;
}

function ServiceRow({ service: { key, healthy, desired }, attention, traffic }: RowProps) {
  return (
    <li>
      <a href={addressOf(key)}>{key}</a>
      <span class={`mark ${tones[attention]}`}>{words[attention]}</span>
      <span class="facts">
        {healthy}/{desired} healthy
      </span>
      {traffic !== undefined && (
        <span class="facts spare">
          {rate(traffic.rate)} req/s{traffic.p95 === undefined ? "" : `, p95 ${duration(traffic.p95)}`}
          {traffic.errors > 0 && <span class="bad"> {traffic.errors} 5xx</span>}
        </span>
      )}
    </li>
  );
}
