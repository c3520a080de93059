import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { ActionResult } from "../model/action.ts";
import type { ConsoleState } from "../state/state.ts";
import { timeOfDay } from "./format.ts";
import { Overview } from "./overview.tsx";

interface HeaderProps {
  readonly state: ConsoleState;
  readonly paused: boolean;
  readonly onPause: () => void;
  readonly result: ActionResult | undefined;
  readonly onDismiss: () => void;
  readonly children: ComponentChildren;
}

const resultShownMs = 12_000;

export function Header({ state, paused, onPause, result, onDismiss, children }: HeaderProps) {
  return (
    <header>
      <div class="bar">
        <h1>
          mcp-fleet <span class="stage">{state.stage}</span>
        </h1>
        <Connection state={state} paused={paused} />
        {state.now > 0 && <span class="facts">{timeOfDay(state.now)} UTC</span>}
        {state.mode !== "actions" && state.connection === "live" && (
          <span class="tag">{state.mode === "alarms" ? "read-only, except alarms" : "read-only"}</span>
        )}
        <Overview state={state} />
        {children}
        <Result result={result} onDismiss={onDismiss} />
        <button type="button" class="pause" aria-pressed={paused} onClick={onPause}>
          Pause
        </button>
      </div>
    </header>
  );
}

function Connection({ state, paused }: Pick<HeaderProps, "state" | "paused">) {
  switch (state.connection) {
    case "connecting":
      return <span class="mark neutral">connecting</span>;
    case "lost":
      return <span class="mark bad">not connected; last update at {timeOfDay(state.now)}</span>;
    case "live":
      return <span class={`mark ${paused ? "warn" : "good"}`}>{paused ? "paused" : "live"}</span>;
  }
}

/** The regions stand before there is anything in them: a screen reader announces changes only in regions it knows. */
function Result({ result, onDismiss }: Pick<HeaderProps, "result" | "onDismiss">) {
  useEffect(() => {
    if (result?.ok !== true) return;
    const timer = setTimeout(onDismiss, resultShownMs);
    return () => clearTimeout(timer);
  }, [result, onDismiss]);
  return (
    <>
      <output class="result">{result?.ok === true && result.message}</output>
      <div class="result failed" role="alert">
        {result?.ok === false && (
          <>
            {result.message}{" "}
            <button type="button" onClick={onDismiss}>
              Dismiss
            </button>
          </>
        )}
      </div>
    </>
  );
}
