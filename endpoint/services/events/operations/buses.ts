import * as v from "valibot";
import { validationError } from "#endpoint/core/errors.ts";
import { jsonObject, tagList } from "#endpoint/core/properties.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { EventsEngine } from "../engine.ts";
import { page, pageSchema } from "../page.ts";
import type { Bus } from "../rules.ts";

const MAX_ENTRIES_BYTES = 1_048_576;

const entry = v.object({
  Source: v.optional(v.string()),
  DetailType: v.optional(v.string()),
  Detail: v.optional(v.string()),
  Resources: v.optional(v.array(v.string()), []),
  Time: v.optional(v.number()),
  EventBusName: v.optional(v.string()),
});
type Entry = v.InferOutput<typeof entry>;

const refusal = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
function putEntry({ router }: EventsEngine, one: Entry) {
  const { Source, DetailType, Detail } = one;
  if (!Source || !DetailType || Detail === undefined) {
    const missing = !Source ? "Source" : DetailType ? "Detail" : "DetailType";
    return refusal("InvalidArgument", `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`);
  }
  if (Source.startsWith("aws.")) return refusal("NotAuthorizedForSource", "Not authorized for the source.");
  const parsed = v.safeParse(jsonObject, Detail);
  if (!parsed.success) return refusal("MalformedDetail", "Detail is malformed.");
  const event = { source: Source, detailType: DetailType, resources: one.Resources, detail: parsed.output };
  const at = one.Time === undefined ? undefined : one.Time * 1_000;
  return { EventId: router.put(event, { bus: one.EventBusName, at }) };
}

function describe({ name, arn, createdAt, statements }: Bus) {
  const policy = { Version: "2012-10-17", Statement: [...statements.values()] };
  return {
    Name: name,
    Arn: arn,
    Policy: statements.size === 0 ? undefined : JSON.stringify(policy),
    CreationTime: new Date(createdAt),
    LastModifiedTime: new Date(createdAt),
  };
}

export function busOperations(engine: EventsEngine): Operations {
  const { rules, tags } = engine;
  const named = v.object({ Name: v.string() });
  const tagged = v.object({ ResourceARN: v.string() });
  return {
    PutEvents: define(
      v.object({ Entries: v.pipe(v.array(entry), v.minLength(1), v.maxLength(10)) }),
      ({ Entries }, call) => {
        if (call.http.body.length > MAX_ENTRIES_BYTES) {
          throw validationError("Total size of the entries in the request is over the limit.");
        }
        const results = Entries.map((one) => putEntry(engine, one));
        return { FailedEntryCount: results.filter((one) => "ErrorCode" in one).length, Entries: results };
      },
    ),
    CreateEventBus: define(named, ({ Name }) => ({ EventBusArn: rules.createBus(Name).arn })),
    DescribeEventBus: define(v.object({ Name: v.optional(v.string()) }), ({ Name }) => describe(rules.bus(Name))),
    ListEventBuses: define(v.object({ ...pageSchema, NamePrefix: v.optional(v.string(), "") }), (input) => {
      const found = [...rules.buses.values()].filter(({ name }) => name.startsWith(input.NamePrefix));
      const { items, NextToken } = page(found, input);
      return { EventBuses: items.map(describe), NextToken };
    }),
    DeleteEventBus: define(named, ({ Name }) => {
      rules.deleteBus(Name);
      return {};
    }),
    TagResource: define(v.object({ ...tagged.entries, Tags: tagList }), ({ ResourceARN, Tags }) => {
      const added = Tags.map(({ Key, Value }): [string, string] => [Key, Value]);
      tags.set(ResourceARN, new Map([...(tags.get(ResourceARN) ?? []), ...added]));
      return {};
    }),
    UntagResource: define(v.object({ ...tagged.entries, TagKeys: v.array(v.string()) }), ({ ResourceARN, TagKeys }) => {
      const kept = [...(tags.get(ResourceARN) ?? [])].filter(([key]) => !TagKeys.includes(key));
      tags.set(ResourceARN, new Map(kept));
      return {};
    }),
    ListTagsForResource: define(tagged, ({ ResourceARN }) => ({
      Tags: [...(tags.get(ResourceARN) ?? [])].map(([Key, Value]) => ({ Key, Value })),
    })),
  };
}
