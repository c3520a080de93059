/** What comes from outside is as long as a stranger likes; the page needs no more of it. */
const longestText = 200;

export const cut = (text: string, longest = longestText) =>
  text.length > longest ? `${text.slice(0, longest)}…` : text;
