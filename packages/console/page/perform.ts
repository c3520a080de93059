import type { Action } from "../model/action.ts";

/** Does what the operator asks for; undefined in a read-only console. */
export type Perform = ((action: Action) => void) | undefined;
