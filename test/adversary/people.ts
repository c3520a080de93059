import * as v from "valibot";
import type { Time } from "./time.ts";

const Message = v.looseObject({
  subject: v.string(),
  phase: v.string(),
  title: v.string(),
  text: v.string(),
  outcome: v.string(),
  versionId: v.string(),
});

export interface Notice extends v.InferOutput<typeof Message> {
  readonly at: number;
}

/** Everybody who reads the topic. */
export class People {
  readonly notices: Notice[] = [];
  readonly #time: Time;
  readonly #told: (notice: Notice) => void;

  constructor(time: Time, told: (notice: Notice) => void) {
    this.#time = time;
    this.#told = told;
  }

  receive(message: string | undefined): { readonly MessageId: string } {
    const notice = { ...v.parse(Message, JSON.parse(message ?? "")), at: this.#time.now() };
    this.notices.push(notice);
    this.#told(notice);
    return { MessageId: String(this.notices.length) };
  }

  about(secret: string): readonly Notice[] {
    return this.notices.filter(({ subject }) => subject === secret);
  }
}
