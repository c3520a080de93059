import { type Fact, meaningOf } from "../incident/facts.ts";
import { headlineOf } from "../incident/headline.ts";
import type { Incident } from "../incident/incident.ts";
import { excerpt, excerptOfEnds } from "../text/mask.ts";

/** What the texts of all notices of a card share: however many arrive together, each keeps a part of its own. */
const allNotices = 4_000;
const longestNotice = 1_500;
const shortestNotice = 120;
const mostNotices = 100;

/** The own text of each thing that happened together with others. */
export function noticeFacts(incidents: readonly Incident[]): readonly Fact[] {
  const all = incidents.flatMap((incident) => textOf(incident, incidents.length === 1));
  // The contributors of one alarm have the same description: it is told once.
  const texts = [...new Map(all.map((fact) => [`${fact.name}\n${fact.value}`, fact])).values()].slice(0, mostNotices);
  const each = Math.max(shortestNotice, Math.min(longestNotice, Math.floor(allNotices / Math.max(1, texts.length))));
  return texts.map(({ name, value }) => ({ name, value: excerptOfEnds(value, each) }));
}

function textOf(incident: Incident, alone: boolean): readonly Fact[] {
  const { story, service } = incident;
  const name = alone ? "Message" : excerpt(headlineOf(incident), 80);
  switch (story.kind) {
    case "notice":
      return story.text === "" || story.title.endsWith(story.text) ? [] : [{ name, value: story.text }];
    case "task":
    case "deployment":
    case "service-action":
    case "rotation":
      return story.reason === undefined ? [] : [{ name, value: story.reason }];
    case "alarm": {
      const value = meaningOf(story, service);
      return value === "" ? [] : [{ name, value }];
    }
    case "road-test":
      return [];
  }
}
