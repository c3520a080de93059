import type { Route } from "#endpoint/core/service.ts";

const FUNCTION = "/2015-03-31/functions/{FunctionName}";
const INVOKE_CONFIG = "/2019-09-25/functions/{FunctionName}/event-invoke-config";
const URL_CONFIG = "/2021-10-31/functions/{FunctionName}/url";
const MAPPING = "/2015-03-31/event-source-mappings/{UUID}";
const TAGS = "/2017-03-31/tags/{Resource}";

/** https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
export const routes: readonly Route[] = [
  { method: "GET", path: "/2016-08-19/account-settings", operation: "GetAccountSettings" },
  { method: "POST", path: "/2015-03-31/functions", operation: "CreateFunction", status: 201 },
  { method: "GET", path: "/2015-03-31/functions", operation: "ListFunctions" },
  { method: "GET", path: FUNCTION, operation: "GetFunction" },
  { method: "DELETE", path: FUNCTION, operation: "DeleteFunction", status: 204 },
  { method: "GET", path: `${FUNCTION}/configuration`, operation: "GetFunctionConfiguration" },
  { method: "PUT", path: `${FUNCTION}/configuration`, operation: "UpdateFunctionConfiguration" },
  { method: "PUT", path: `${FUNCTION}/code`, operation: "UpdateFunctionCode" },
  { method: "POST", path: `${FUNCTION}/invocations`, operation: "Invoke", body: "blob" },
  { method: "POST", path: `${FUNCTION}/versions`, operation: "PublishVersion", status: 201 },
  { method: "GET", path: `${FUNCTION}/versions`, operation: "ListVersionsByFunction" },
  { method: "POST", path: `${FUNCTION}/aliases`, operation: "CreateAlias", status: 201 },
  { method: "GET", path: `${FUNCTION}/aliases`, operation: "ListAliases" },
  { method: "GET", path: `${FUNCTION}/aliases/{Name}`, operation: "GetAlias" },
  { method: "PUT", path: `${FUNCTION}/aliases/{Name}`, operation: "UpdateAlias" },
  { method: "DELETE", path: `${FUNCTION}/aliases/{Name}`, operation: "DeleteAlias", status: 204 },
  { method: "POST", path: `${FUNCTION}/policy`, operation: "AddPermission", status: 201 },
  { method: "GET", path: `${FUNCTION}/policy`, operation: "GetPolicy" },
  { method: "DELETE", path: `${FUNCTION}/policy/{StatementId}`, operation: "RemovePermission", status: 204 },
  { method: "PUT", path: "/2017-10-31/functions/{FunctionName}/concurrency", operation: "PutFunctionConcurrency" },
  {
    method: "DELETE",
    path: "/2017-10-31/functions/{FunctionName}/concurrency",
    operation: "DeleteFunctionConcurrency",
    status: 204,
  },
  { method: "GET", path: "/2019-09-30/functions/{FunctionName}/concurrency", operation: "GetFunctionConcurrency" },
  { method: "PUT", path: INVOKE_CONFIG, operation: "PutFunctionEventInvokeConfig" },
  { method: "POST", path: INVOKE_CONFIG, operation: "UpdateFunctionEventInvokeConfig" },
  { method: "GET", path: INVOKE_CONFIG, operation: "GetFunctionEventInvokeConfig" },
  { method: "DELETE", path: INVOKE_CONFIG, operation: "DeleteFunctionEventInvokeConfig", status: 204 },
  {
    method: "POST",
    path: "/2015-03-31/event-source-mappings",
    operation: "CreateEventSourceMapping",
    status: 202,
  },
  { method: "GET", path: "/2015-03-31/event-source-mappings", operation: "ListEventSourceMappings" },
  { method: "GET", path: MAPPING, operation: "GetEventSourceMapping" },
  { method: "PUT", path: MAPPING, operation: "UpdateEventSourceMapping", status: 202 },
  { method: "DELETE", path: MAPPING, operation: "DeleteEventSourceMapping", status: 202 },
  { method: "POST", path: URL_CONFIG, operation: "CreateFunctionUrlConfig", status: 201 },
  { method: "GET", path: URL_CONFIG, operation: "GetFunctionUrlConfig" },
  { method: "DELETE", path: URL_CONFIG, operation: "DeleteFunctionUrlConfig", status: 204 },
  { method: "GET", path: `${URL_CONFIG}s`, operation: "ListFunctionUrlConfigs" },
  { method: "POST", path: TAGS, operation: "TagResource", status: 204 },
  { method: "DELETE", path: TAGS, operation: "UntagResource", status: 204 },
  { method: "GET", path: TAGS, operation: "ListTags" },
];
