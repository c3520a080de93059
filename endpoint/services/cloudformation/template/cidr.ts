import { isIPv4 } from "node:net";
import { templateError } from "./errors.ts";

const MAX_BLOCKS = 256;

/**
 * `Fn::Cidr`: the first `count` blocks with `hostBits` host bits each inside an IPv4 block.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html
 */
export function cidrBlocks(block: string, count: number, hostBits: number): string[] {
  const [address = "", prefixText = ""] = block.split("/");
  const prefix = Number(prefixText);
  if (!isIPv4(address) || !/^\d{1,2}$/.test(prefixText) || prefix > 32) {
    throw templateError(`Fn::Cidr needs an IPv4 block such as 10.0.0.0/16, not ${block}.`);
  }
  if (!Number.isInteger(count) || count < 1 || count > MAX_BLOCKS) {
    throw templateError(`Fn::Cidr count must be between 1 and ${MAX_BLOCKS}, not ${count}.`);
  }
  const size = 2 ** hostBits;
  if (!Number.isInteger(hostBits) || hostBits < 1 || count * size > 2 ** (32 - prefix)) {
    throw templateError(`Fn::Cidr: ${count} blocks with ${hostBits} host bits do not fit in ${block}.`);
  }
  const start = toNumber(address) - (toNumber(address) % 2 ** (32 - prefix));
  return Array.from({ length: count }, (_, index) => `${toAddress(start + index * size)}/${32 - hostBits}`);
}

/** The first and the last address of a block, as numbers. @throws AwsError for what is no IPv4 block */
export function addressesOf(block: string): readonly [number, number] {
  const [address = "", prefix = ""] = block.split("/");
  if (!isIPv4(address) || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32)
    throw templateError(`Value (${block}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`);
  const first = toNumber(address);
  return [first, first + 2 ** (32 - Number(prefix)) - 1];
}

function toNumber(address: string): number {
  return address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function toAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
