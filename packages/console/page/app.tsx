import { useCallback, useEffect, useReducer, useState } from "preact/hooks";
import type { Action, ActionResult } from "../model/action.ts";
import { matches } from "../state/attention.ts";
import { reduce } from "../state/reduce.ts";
import { type ConsoleState, initialState } from "../state/state.ts";
import { Alarms } from "./alarms.tsx";
import { Announcer } from "./announcer.tsx";
import { Audits } from "./audits.tsx";
import { Chats } from "./chats.tsx";
import { ask, follow } from "./connection.ts";
import { Filter } from "./filter.tsx";
import { Header } from "./header.tsx";
import { useKeptFocus } from "./kept-focus.ts";
import { CallLog, RequestLog } from "./logs.tsx";
import { MapNotShown } from "./map-trouble.tsx";
import { Notices } from "./notices.tsx";
import type { Perform } from "./perform.ts";
import { addressOf, useRoute } from "./route.ts";
import { Secrets } from "./secrets.tsx";
import { ServicePage } from "./service-page.tsx";
import { Services } from "./services.tsx";
import { titleOf } from "./title.ts";
import { commonProblem, Unreadable } from "./unreadable.tsx";

export function App() {
  const [live, dispatch] = useReducer(reduce, initialState);
  const [frozen, freeze] = useState<typeof live>();
  const [filter, setFilter] = useState("");
  const route = useRoute();
  const [result, setResult] = useState<ActionResult>();
  useEffect(() => follow(dispatch), []);
  useKeptFocus();
  const title = titleOf(live);
  useEffect(() => {
    document.title = title;
  }, [title]);
  const dismiss = useCallback(() => setResult(undefined), []);
  const act = useCallback((action: Action) => void ask(action).then(setResult), []);

  const shown = frozen ?? live;
  const problem = commonProblem(shown);
  const state = problem === undefined ? shown : { ...shown, unreadable: {} };
  const perform: Perform = live.mode === "actions" ? act : undefined;
  const performOnAlarms: Perform = live.mode === "read-only" ? undefined : act;
  const paused = frozen !== undefined;
  return (
    <>
      <Header
        state={live}
        paused={paused}
        onPause={() => freeze(paused ? undefined : live)}
        result={result}
        onDismiss={dismiss}
      >
        {route.kind === "fleet" && <Filter value={filter} onInput={setFilter} first={firstOf(state, filter)} />}
      </Header>
      <main>
        {problem !== undefined && <Unreadable reason={problem} />}
        {state.mapTrouble !== undefined && <MapNotShown trouble={state.mapTrouble} />}
        {route.kind === "service" ? (
          <ServicePage state={state} serviceKey={route.key} perform={perform} performOnAlarms={performOnAlarms} />
        ) : (
          <Fleet state={state} filter={filter} perform={perform} performOnAlarms={performOnAlarms} />
        )}
      </main>
      <Announcer notices={live.notices} connection={live.connection} />
    </>
  );
}

interface FleetProps {
  readonly state: ConsoleState;
  readonly filter: string;
  readonly perform: Perform;
  readonly performOnAlarms: Perform;
}

function Fleet({ state, filter, perform, performOnAlarms }: FleetProps) {
  // Without a feed of single requests, their place is free.
  const secrets = <Secrets state={state} filter={filter} none="The map has no secret." perform={perform} />;
  return (
    <>
      <div class="traffic">
        <Services state={state} filter={filter} perform={perform} />
        {state.happenings ? <RequestLog requests={state.requests} /> : secrets}
      </div>
      <div class="side">
        <Alarms state={state} filter={filter} perform={performOnAlarms} />
        <Chats state={state} perform={perform} />
        <Notices notices={state.notices} />
      </div>
      <div class="logs">
        {state.happenings && (
          <>
            {secrets}
            <Audits state={state} perform={perform} />
            <CallLog calls={state.calls} />
          </>
        )}
        {!state.happenings && state.connection !== "connecting" && <Audits state={state} perform={perform} />}
      </div>
    </>
  );
}

/** The address of the first service that a filter leaves. */
function firstOf({ services = [] }: ConsoleState, filter: string): string | undefined {
  if (filter === "") return undefined;
  const found = services.find(({ key, hostname }) => matches(filter, key, hostname));
  return found && addressOf(found.key);
}
