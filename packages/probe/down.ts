/** Why a service counts as down, in the words of a sentence that begins with the service. */
export class Down extends Error {
  override readonly name = "Down";
}
