/** What must never be, in the words of docs/rotation.md. */
export const crimes = {
  "in-use": "revoked while in use",
  "went-back": "gone back to what is being revoked",
  adopted: "revoked though the fleet neither made nor replaced it",
  wronged: "a good value rejected",
  unconverged: "not converged",
  stuck: "stuck on a good value",
  untold: "untold waits",
  left: "our tokens left",
  unsaid: "a person's token left unsaid",
  false: 'falsely said "revoked"',
  hammered: "an issuer asked more than 60 times an hour",
} as const;

export type CrimeKind = keyof typeof crimes;

export interface Crime {
  readonly kind: CrimeKind;
  readonly at: number;
  readonly secret: string;
  readonly words: string;
}
