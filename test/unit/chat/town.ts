import * as v from "valibot";
import type { Card } from "#chat/card/card.ts";
import { type Findings, noFindings, type Question } from "#chat/card/enrichment.ts";
import type { RoadPorts, Standing } from "#chat/deliver/ports.ts";
import type { Speaker } from "#chat/deliver/speaker.ts";
import type { Delivery } from "#chat/receivers/delivery.ts";
import type { Conversation } from "#chat/receivers/receiver.ts";
import type { Acknowledgement } from "#chat/record/acknowledgement-table.ts";
import type { Mute } from "#chat/record/mute-table.ts";
import type { IncidentStore } from "#chat/record/store.ts";
import { carry, type QueuedMessage } from "#chat/road.ts";
import { ChatSettings } from "#chat/settings.ts";
import { createIncidentMemory } from "../../fixture/incident-memory.ts";

export const start = Date.parse("2026-09-23T20:00:00Z");
export const minute = 60_000;
export const hour = 60 * minute;

export interface Said {
  readonly destination: string;
  readonly at: number;
  readonly card: Card;
  readonly conversation: Conversation;
}

/** A queue, a table, chats and a clock that a test turns: what `carry` meets on AWS, without waiting. */
export function createTown(
  settings: Partial<ChatSettings> = {},
  destinations = ["slack"],
  mutes: readonly Mute[] = [],
  acknowledgements: ReadonlyMap<string, Acknowledgement> = new Map(),
) {
  let now = start;
  const said: Said[] = [];
  let waiting: (QueuedMessage & { readonly visibleAt: number })[] = [];
  const dead: QueuedMessage[] = [];
  let answer: (said: Said) => Delivery = () => ({ kind: "accepted", reference: `ref-${said.length}` });
  let isAnswering = (_destination: string) => true;
  let look: (question: Question) => Findings = () => noFindings;
  const owners = new Map<string, string>();
  const memory = createIncidentMemory(mutes, acknowledgements);
  const standings = new Map<string, Standing>();
  const town = {
    said,
    dead,
    store: memory as IncidentStore,
    records: memory.records,
    /** How alarms stand in CloudWatch, by ARN. */
    standings,
    get now() {
      return now;
    },
    get waiting() {
      return waiting.length;
    },
    answerWith(next: (said: Said) => Delivery) {
      answer = next;
    },
    /** Whether a chat works, when it is asked without a message. */
    answeringWith(next: (destination: string) => boolean) {
      isAnswering = next;
    },
    /** Services by the tag of an alarm. */
    owners,
    /** What there is to be found for a card. */
    lookWith(next: (question: Question) => Findings) {
      look = next;
    },
    send(...messages: readonly QueuedMessage[]) {
      waiting.push(...messages.map((message) => ({ ...message, visibleAt: now })));
    },
    /** What SQS and Lambda do: visible messages in a batch; what failed comes back, at last to the dead letters. */
    async run(deadline = now + 50_000) {
      const batch = waiting.filter(({ visibleAt }) => visibleAt <= now);
      waiting = waiting.filter(({ visibleAt }) => visibleAt > now);
      const comeBack = (message: QueuedMessage, afterMs: number) => {
        if (message.receiveCount >= 50) dead.push(message);
        else waiting.push({ ...message, receiveCount: message.receiveCount + 1, visibleAt: now + afterMs });
      };
      try {
        const deferred = await carry(batch, all, ports, deadline);
        for (const { id, afterMs } of deferred) {
          const message = batch.find((one) => one.id === id);
          if (message !== undefined) comeBack(message, afterMs);
        }
      } catch {
        // The function died: SQS brings all of the batch back when its visibility ends.
        for (const message of batch) comeBack(message, 6 * minute);
      }
    },
    async pass(ms: number, step = 15_000) {
      for (const end = now + ms; now < end; ) {
        now += step;
        await town.run();
      }
    },
  };
  const all = v.parse(ChatSettings, {
    stage: "prod",
    region: "us-east-1",
    account: "573946584375",
    destinations: Object.fromEntries(destinations.map((name) => [name, { receiver: "teams", key: "K" }])),
    routes: [{ to: destinations }],
    mutes: [],
    repeatAfterHours: 4,
    ...settings,
  });
  const speakerOf = (destination: string): Speaker => ({
    repeats: destination === "google-chat" ? "merged" : "shown",
    alerts: destination === "pager",
    async send(card, conversation) {
      const one = { destination, at: now, card, conversation };
      const delivery = answer(one);
      if (delivery.kind === "accepted") said.push(one);
      return delivery;
    },
    isAnswering: async () => isAnswering(destination),
  });
  const ports: RoadPorts = {
    get store() {
      return town.store;
    },
    clock: {
      now: () => now,
      async sleep(ms) {
        now += ms;
      },
    },
    log: () => {},
    speakers: async () => new Map(destinations.map((name) => [name, speakerOf(name)])),
    serviceOf: async (arn) => owners.get(arn),
    standing: async () => standings,
    look: async (question) => look(question),
  };
  return town;
}

export const titles = (said: readonly Said[]) => said.map(({ card }) => card.title);
