import * as v from "valibot";

/** What tells CloudFormation's call from an event of the bus. */
export const Request = v.object({
  RequestType: v.picklist(["Create", "Update", "Delete"]),
  ResponseURL: v.pipe(v.string(), v.url()),
});
