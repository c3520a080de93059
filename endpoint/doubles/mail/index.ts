/** A mail as a person gets it. */
export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

/** The mailboxes of everybody whom SNS writes to. */
export class Inbox {
  readonly #letters: Letter[] = [];
  readonly #listeners = new Set<(letter: Letter) => void>();
  /** Whether they open the link of a mail that asks them to confirm a subscription, at once. */
  confirms = true;

  receive(letter: Letter): void {
    this.#letters.push(letter);
    for (const listener of this.#listeners) listener(letter);
    if (this.confirms) void this.confirm(letter);
  }

  /** Opens the link of a mail that asks for it; any other mail has none. @returns whether SNS took it */
  async confirm({ body }: Letter): Promise<boolean> {
    const link = /^http\S+[?&]Action=ConfirmSubscription\S*$/m.exec(body)?.[0];
    if (link === undefined) return false;
    const answer = await fetch(link).catch(() => undefined);
    return answer?.ok === true;
  }

  /** What somebody got, oldest first. */
  list(to?: string): readonly Letter[] {
    return this.#letters.filter((letter) => to === undefined || letter.to === to);
  }

  onLetter(listener: (letter: Letter) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
