import { roadTestGroup } from "#chat/incident/road-test.ts";
import type { ChatPlan } from "#fleet";
import { howToDeploy } from "#fleet/deploying.ts";
import { nameDestinations, readAddresses, type Unaddressed } from "../alarms/audience.ts";
import type { AlarmFacts } from "../alarms/read.ts";
import { openReception } from "../alarms/reception.ts";
import { readAction, setState } from "../alarms/set-state.ts";
import { whyNot } from "../alarms/test.ts";
import { formatDuration } from "../duration.ts";
import { type Examination, type Finding, failure, passed, type Report, skipped } from "./check.ts";

/** Added to the group wait for the topic, the queue, a cold start and the chats. */
const roadMs = { aws: 60_000, loopback: 15_000 } as const;

const reason = "A test of the alarm road by fleet doctor: nothing is wrong. It is over in a moment.";

/** Sets off the alarm made for it, and sees which chats accept it. */
export async function tryRoad(
  examination: Examination,
  chat: ChatPlan,
  alarm: AlarmFacts | undefined,
  report: Report,
): Promise<readonly Finding[]> {
  const { stage } = examination;
  if (alarm === undefined) return [failure("The stage has no alarm to test the road with.", howToDeploy(stage.plan))];
  if (alarm.muted)
    return [failure(`${alarm.name} is muted: the road cannot be tested.`, `fleet alarms mute ${alarm.name} --off`)];
  const { ready, unaddressed } = await readAddresses(stage, chat, Object.keys(chat.destinations));
  const untried = unaddressed.map((one) => reportUntested(chat, one));
  if (ready.length === 0) return untried;
  return [...untried, ...(await sendTest(examination, chat, { alarm, ready }, report))];
}

/** The missing address is a finding of the check `placeholders`, and not repeated here. */
function reportUntested(chat: ChatPlan, { destination, remedy }: Unaddressed): Finding {
  return skipped(`Not tested with ${nameDestinations(chat, [destination])}: it has no address yet.`, remedy);
}

async function sendTest(
  examination: Examination,
  chat: ChatPlan,
  { alarm, ready }: { readonly alarm: AlarmFacts; readonly ready: readonly string[] },
  report: Report,
): Promise<readonly Finding[]> {
  const { stage, patienceMs } = examination;
  const atMostMs = patienceMs ?? chat.groupWaitSeconds * 1_000 + roadMs[stage.plan.runsOn];
  const expected = { destinations: ready, group: roadTestGroup, alarmArn: alarm.arn };
  const reception = await openReception(stage, expected);
  const began = Date.now();
  report(`a test alarm is on its way to ${ready.join(", ")}, ${formatDuration(atMostMs)} at most`);
  // If somebody else set it off and it has not ended, setting it off again would change nothing.
  if (alarm.state === "ALARM") await setState(stage, alarm.name, "OK", reason);
  await setState(stage, alarm.name, "ALARM", reason);
  try {
    const accepted = await reception.within(atMostMs);
    const took = formatDuration(Date.now() - began);
    if (accepted.length === ready.length)
      return [passed(`A test alarm reached ${nameDestinations(chat, ready)} within ${took}.`)];
    const sent = await readAction(stage, alarm.name, new Date(began - 1_000));
    if (sent?.done === false)
      return [failure(`CloudWatch could not send the test alarm: ${sent.summary}.`, topicRemedy)];
    const missing = ready.filter((name) => !accepted.includes(name));
    const others = accepted.length === 0 ? "" : ` (it reached ${nameDestinations(chat, accepted)})`;
    const evidence = `A test alarm did not reach ${nameDestinations(chat, missing)} within ${took}${others}.`;
    return [failure(evidence, whyNot(stage.plan.stage))];
  } finally {
    await setState(stage, alarm.name, "OK", reason);
  }
}

const topicRemedy = "Check the policies of the topic and its key: CloudWatch must be allowed to publish.";
