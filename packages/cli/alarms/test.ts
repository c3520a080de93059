import { testedBy } from "#chat/incident/road-test.ts";
import type { Mute } from "#chat/record/mute-table.ts";
import { type ChatPlan, names } from "#fleet";
import { type ExitCode, Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { pollMs, waitFor } from "../wait.ts";
import { audienceOf, nameDestinations, readAddresses } from "./audience.ts";
import { describeMute, muteOf, readMutes } from "./mutes.ts";
import { type AlarmFacts, findAlarms } from "./read.ts";
import { openReception } from "./reception.ts";
import { readAction, setState } from "./set-state.ts";
import { readSubscribers } from "./subscribers.ts";

/**
 * Sets off an alarm, notified like a real one, waits until CloudWatch has sent it and the chats have accepted it, and
 * ends it: both directions are tested. Of a service it is the alarm that means it is down.
 */
export async function testAlarm(stage: Stage, wanted: string, atMostMs: number): Promise<ExitCode> {
  const found = await findAlarms(stage, wanted);
  const alarm = found.find(({ kind }) => kind === "healthyHosts") ?? found[0];
  if (alarm === undefined) return 1;
  checkReady(alarm, muteOf(alarm, await readMutes(stage)));
  const { chat } = stage.plan;
  const posted = chat === undefined ? undefined : await expectPosts(stage, chat, alarm, atMostMs);
  if (!(await send(stage, alarm, atMostMs))) return 1;
  return posted === undefined ? reportSubscribers(stage, alarm) : posted();
}

const reason = `${testedBy}: nothing is wrong, and it is over in a moment.`;

/** An evaluation may end the test before its group wait does; the chats would then hear of nothing but an end. */
async function keepRinging(stage: Stage, { name }: AlarmFacts): Promise<void> {
  const [alarm] = await findAlarms(stage, name);
  if (alarm?.state === "OK") await setState(stage, name, "ALARM", reason);
}

function checkReady({ name, muted, actions, state, reason }: AlarmFacts, mute: Mute | undefined): void {
  if (mute !== undefined)
    throw new Failure(`${describeMute(mute, Date.now())}. To test it: fleet alarms mute ${mute.target} --off`);
  if (muted) throw new Failure(`${name} is muted: fleet alarms mute ${name} --off, then again.`);
  if (actions.length === 0) throw new Failure(`${name} notifies nobody: it has no actions. Deploy the stage.`);
  if (state === "ALARM") throw new Failure(`${name} is already in ALARM, for real: ${reason}`);
}

/** @returns whether CloudWatch could send it */
async function send(stage: Stage, { name }: AlarmFacts, atMostMs: number): Promise<boolean> {
  const { terminal, signal, plan } = stage;
  const began = new Date(Date.now() - 1_000);
  await setState(stage, name, "ALARM", reason);
  terminal.note(terminal.paint.dim(`Set off ${name}`));
  const { summary, done } = await waitFor(() => readAction(stage, name, began), {
    everyMs: pollMs(plan),
    atMostMs,
    signal,
    until: `${name} to be sent; see the history of the alarm and the policy of its topic`,
  });
  terminal.print(summary);
  return done;
}

/** Reads what the chats have accepted so far. @returns how to wait for what they accept next */
async function expectPosts(
  stage: Stage,
  chat: ChatPlan,
  alarm: AlarmFacts,
  atMostMs: number,
): Promise<() => Promise<ExitCode>> {
  const { terminal } = stage;
  const { group, destinations, mutedFor } = audienceOf(chat, alarm, Date.now());
  if (mutedFor !== undefined)
    return async () => {
      terminal.print(`The chats stay silent: the map's mute window "${mutedFor}" is open.`);
      return 0;
    };
  const { ready, unaddressed } = await readAddresses(stage, chat, destinations);
  const meanwhile = () => keepRinging(stage, alarm);
  const reception = await openReception(stage, { destinations: ready, group, alarmArn: alarm.arn, meanwhile });
  return async () => {
    for (const { destination, remedy } of unaddressed)
      terminal.print(`${nameDestinations(chat, [destination])} has no address yet: ${remedy}`);
    if (ready.length === 0) {
      terminal.print(`No route of the map sends ${alarm.name} to a chat that has an address.`);
      return unaddressed.length > 0 ? 1 : 0;
    }
    terminal.note(terminal.paint.dim(`Waiting for ${ready.join(", ")} (group wait: ${chat.groupWaitSeconds} s)…`));
    const patienceMs = chat.groupWaitSeconds * 1_000 + atMostMs;
    const accepted = await reception.within(patienceMs);
    const code = reportPosts(stage, chat, ready, accepted);
    await setState(stage, alarm.name, "OK", reason);
    if (accepted.length === 0) return code;
    const over = await reception.ended(accepted, patienceMs);
    if (over.length === accepted.length) terminal.print("Its end was posted there as well.");
    else terminal.print(`Its end is not there yet. ${whyNot(stage.plan.stage)}`);
    return over.length === accepted.length ? code : 1;
  };
}

function reportPosts(
  { terminal, plan }: Stage,
  chat: ChatPlan,
  wanted: readonly string[],
  accepted: readonly string[],
): ExitCode {
  if (accepted.length > 0) terminal.print(`Posted in ${nameDestinations(chat, accepted)}.`);
  const missing = wanted.filter((name) => !accepted.includes(name));
  if (missing.length === 0) return 0;
  terminal.print(`Not posted in ${nameDestinations(chat, missing)}. ${whyNot(plan.stage)}`);
  return 1;
}

/** Where to find out why a chat did not accept it. */
export function whyNot(stage: string): string {
  return `aws logs tail /aws/lambda/${names.function(stage, "alarm-to-chat")} --since 10m shows why`;
}

async function reportSubscribers(stage: Stage, { actions }: AlarmFacts): Promise<ExitCode> {
  const topics = actions.filter((arn) => /^arn:aws[\w-]*:sns:/.test(arn));
  for (const topic of topics) {
    const subscribers = (await readSubscribers(stage, topic)) ?? [];
    const heard = subscribers.map(
      ({ protocol, endpoint, confirmed }) => `${protocol} ${endpoint}${confirmed ? "" : " (not confirmed)"}`,
    );
    stage.terminal.print(
      heard.length === 0 ? `Nobody is subscribed to ${topic}.` : `Subscribed to ${topic}: ${heard.join(", ")}.`,
    );
  }
  return 0;
}
