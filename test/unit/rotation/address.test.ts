import { expect, it } from "vitest";
import { Address } from "#rotation/address.ts";

it.each([
  "https://http-inputs-firehose-acme-123.splunkcloud.com:443",
  "https://prd-p-ab1cd.splunkcloud.com:8088",
  "https://admin.splunk.com/acme/adminconfig/v2",
  "https://internal-a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6-1234567890.us-east-1.elb.amazonaws.com:8088",
  "https://vpce-0a1b2c3d4e5f67890-abcdefgh.vpce-svc-0a1b2c3d4e5f67890.us-east-1.vpce.amazonaws.com",
  "https://ip-10-0-12-34.ec2.internal:8088",
  "http://splunk-01:8088",
  "http://127.0.0.1:8088",
  "https://[::1]:8088",
  "https://hooks.slack.com/services/T000/B000/XXXXXXXX",
  "https://prod-12.westus.logic.azure.com:443/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke?sig=a_b",
  "https://default2fb3d1d5a1f74c82b9e0aaf5cb25cb.1c.environment.api.powerplatform.com:443/x?api-version=1",
  "https://contoso.webhook.office.com/webhookb2/11111111-2222-4333-8444-555555555555@11111111-2222-4333-8444-555555555555/x",
  "https://chat.googleapis.com/v1/spaces/AAAA/messages?key=k&token=t%3D",
])("[SEC-7] an address as vendors give it is one: %s", (written) => {
  expect(Address.read(written)).toBeInstanceOf(Address);
});
