import { expect, it } from "vitest";
import { cliWarning } from "../aws-cli.ts";

const url = "http://127.0.0.1:4577";

it.each(["aws-cli/1.28.9 Python/3.9", "aws-cli/2.12.7 Python/3.11 Linux/6"])(
  "[AWS-10] warns of an AWS CLI that would leave for AWS: %s",
  (version) => {
    expect(cliWarning(version, url)).toContain(`alias aws='aws --endpoint-url ${url}'`);
  },
);

it.each(["aws-cli/1.29.0 Python/3.9", "aws-cli/2.13.0 Python/3.11", "aws-cli/2.30.1 Python/3.13", ""])(
  "says nothing of %s",
  (version) => {
    expect(cliWarning(version, url)).toBeUndefined();
  },
);
