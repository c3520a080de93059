import { verdictOn } from "../state/attention.ts";
import type { ConsoleState } from "../state/state.ts";
import { rate } from "./format.ts";

interface Fact {
  readonly text: string;
  readonly tone: "good" | "warn" | "bad" | "neutral";
}

/** The fleet in one line, legible from another desk; each part leads to its panel. */
export function Overview({ state }: { readonly state: ConsoleState }) {
  const said = panels.flatMap((panel) => factOf(panel, state) ?? []);
  const { services = [], traffic = [] } = state;
  const counted = traffic.length > 0 || services.some(({ status }) => status !== "absent");
  const perSecond = traffic.reduce((sum, one) => sum + one.rate, 0);
  const verdict = verdictFact(state);
  if (said.length === 0) return null;
  return (
    <nav class="overview" aria-label="At a glance">
      <ul>
        {verdict !== undefined && (
          <li>
            <span class={`mark ${verdict.tone}`}>{verdict.text}</span>
          </li>
        )}
        {said.map(({ panel, text, tone }) => (
          <li key={panel}>
            <a class={`mark ${tone}`} href={`#${panel}`}>
              {text}
            </a>
          </li>
        ))}
        {counted && <li class="facts">{rate(perSecond)} requests/s</li>}
      </ul>
    </nav>
  );
}

/** In the words of `fleet status`. */
function verdictFact(state: ConsoleState): Fact | undefined {
  const verdict = verdictOn(state);
  if (verdict === undefined || state.services?.every(({ status }) => status === "absent")) return undefined;
  const { problems, rolling } = verdict;
  if (problems > 0) return { text: problems === 1 ? "1 problem" : `${problems} problems`, tone: "bad" };
  return rolling > 0
    ? { text: `${rolling} of ${state.services?.length ?? 0} rolling`, tone: "warn" }
    : { text: "all well", tone: "good" };
}

const panels = ["services", "alarms", "chats"] as const;
type PanelName = (typeof panels)[number];

/** A part that cannot be read now is not reported as healthy, whatever it was before. */
function factOf(panel: PanelName, state: ConsoleState): (Fact & { readonly panel: PanelName }) | undefined {
  if (state.unreadable[panel] !== undefined) return { panel, text: `${panel} not readable`, tone: "warn" };
  const fact = facts[panel](state);
  return fact && { panel, ...fact };
}

function serviceFact({ services }: ConsoleState): Fact | undefined {
  if (services === undefined) return undefined;
  const deployed = services.filter(({ status }) => status !== "absent");
  const failed = services.filter(({ failure }) => failure !== undefined);
  if (failed.length > 0) {
    const down = failed.some(({ status, healthy, desired }) => status === "absent" || healthy < desired);
    return { text: `${failed.length} of ${services.length} services failed`, tone: down ? "bad" : "warn" };
  }
  if (deployed.length === 0) return { text: "nothing deployed", tone: "neutral" };
  const short = deployed.filter(({ healthy, desired }) => healthy < desired);
  const rolling = deployed.filter(({ deployments }) =>
    deployments.some(({ primary, state }) => primary && state !== "completed"),
  );
  const cut = deployed.filter(({ unreachable }) => unreachable !== undefined);
  if (cut.length > 0) return { text: `${cut.length} of ${deployed.length} services let no MCP client in`, tone: "bad" };
  if (short.length > 0) return { text: `${short.length} of ${deployed.length} services short of tasks`, tone: "bad" };
  if (rolling.length > 0) return { text: `${rolling.length} of ${deployed.length} services rolling`, tone: "warn" };
  const offline = deployed.filter(({ desired }) => desired === 0).length;
  const serving = deployed.length - offline;
  const text = `${serving} ${serving === 1 ? "service" : "services"} healthy${offline > 0 ? `, ${offline} offline` : ""}`;
  return { text, tone: "good" };
}

function alarmFact({ alarms }: ConsoleState): Fact | undefined {
  if (alarms === undefined) return undefined;
  const firing = alarms.filter(({ state }) => state === "ALARM").length;
  if (firing > 0) return { text: `${firing} in alarm`, tone: "bad" };
  return { text: "no alarm", tone: alarms.length === 0 ? "neutral" : "good" };
}

function chatFact({ chats, silences }: ConsoleState): Fact | undefined {
  if (chats === undefined || chats.chats.length === 0) return undefined;
  if (chats.dead > 0)
    return { text: `${chats.dead} ${chats.dead === 1 ? "event" : "events"} undelivered`, tone: "bad" };
  if (silences.length > 0) return { text: `${silences.length} of ${chats.chats.length} chats silent`, tone: "bad" };
  if (chats.waiting > 0) return { text: `${chats.waiting} waiting for a chat`, tone: "warn" };
  const quiet = chats.chats.every(({ lastToldAt }) => lastToldAt === undefined);
  return quiet ? { text: "no messages yet", tone: "neutral" } : { text: "all delivered", tone: "good" };
}

const facts: Readonly<Record<PanelName, (state: ConsoleState) => Fact | undefined>> = {
  services: serviceFact,
  alarms: alarmFact,
  chats: chatFact,
};
