import * as v from "valibot";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { CloudWatchEngine } from "../engine.ts";

const named = v.object({ DashboardName: v.string() });

export function dashboardOperations({ dashboards }: CloudWatchEngine): Operations {
  return {
    PutDashboard: define(v.object({ ...named.entries, DashboardBody: v.string() }), (input) => {
      dashboards.put(input.DashboardName, input.DashboardBody);
      return { DashboardValidationMessages: [] };
    }),
    GetDashboard: define(named, ({ DashboardName }) => {
      const { body } = dashboards.get(DashboardName);
      return { DashboardArn: dashboards.arnOf(DashboardName), DashboardBody: body, DashboardName };
    }),
    ListDashboards: define(v.object({ DashboardNamePrefix: v.optional(v.string(), "") }), (input) => ({
      DashboardEntries: dashboards
        .all()
        .filter(([name]) => name.startsWith(input.DashboardNamePrefix))
        .map(([name, { body, at }]) => ({
          DashboardName: name,
          DashboardArn: dashboards.arnOf(name),
          LastModified: new Date(at),
          Size: Buffer.byteLength(body),
        })),
    })),
    DeleteDashboards: define(v.object({ DashboardNames: v.array(v.string()) }), ({ DashboardNames }) => {
      for (const name of DashboardNames) dashboards.delete(name);
      return {};
    }),
  };
}
