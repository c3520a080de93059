import { useCallback, useEffect, useReducer, useState } from "preact/hooks";
import type { Action, ActionResult } from "../model/action.ts";
import { reduce } from "../state/reduce.ts";
import { initialState } from "../state/state.ts";
import { Alarms } from "./alarms.tsx";
import { Announcer } from "./announcer.tsx";
import { Chats } from "./chats.tsx";
import { ask, follow } from "./connection.ts";
import { Header } from "./header.tsx";
import { AuditElsewhere, AuditLog, CallLog, RequestLog } from "./logs.tsx";
import { Notices } from "./notices.tsx";
import type { Perform } from "./perform.ts";
import { Secrets } from "./secrets.tsx";
import { Services } from "./services.tsx";
import { titleOf } from "./title.ts";
import { commonProblem, Unreadable } from "./unreadable.tsx";

export function App() {
  const [live, dispatch] = useReducer(reduce, initialState);
  const [frozen, freeze] = useState<typeof live>();
  const [result, setResult] = useState<ActionResult>();
  useEffect(() => follow(dispatch), []);
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
  // Without a feed of single requests, their place is free.
  const secrets = <Secrets state={state} perform={perform} />;
  const paused = frozen !== undefined;
  return (
    <>
      <Header
        state={live}
        paused={paused}
        onPause={() => freeze(paused ? undefined : live)}
        result={result}
        onDismiss={dismiss}
      />
      <main>
        {problem !== undefined && <Unreadable reason={problem} />}
        <div class="traffic">
          <Services state={state} perform={perform} />
          {state.happenings ? <RequestLog requests={state.requests} /> : secrets}
        </div>
        <div class="side">
          <Alarms state={state} />
          <Chats state={state} perform={perform} />
          <Notices notices={state.notices} />
        </div>
        <div class="logs">
          {state.happenings && (
            <>
              {secrets}
              <AuditLog
                audits={state.audits}
                now={state.now}
                refusesUntil={state.splunkRefusesUntil}
                perform={perform}
              />
              <CallLog calls={state.calls} />
            </>
          )}
          {!state.happenings && state.connection !== "connecting" && <AuditElsewhere />}
        </div>
      </main>
      <Announcer notices={live.notices} connection={live.connection} />
    </>
  );
}
