import { XMLBuilder, XMLParser, XMLValidator } from "fast-xml-parser";
import { AwsError } from "../errors.ts";
import { isMembers } from "./codec.ts";

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", suppressEmptyNode: true });

export type ListElement = (path: string) => string;

/** Characters XML 1.0 cannot carry, not even escaped: terminal colours in a log line, for one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const unprintable = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

/** One document: `root` in `namespace`, with the members of `content`. */
export function writeXml(root: string, namespace: string | undefined, content: object): string {
  const attributes = namespace === undefined ? {} : { "@xmlns": namespace };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [root]: { ...attributes, ...content } })}`;
}

/** Wraps lists in the element `listElement` names for their path, maps in `entry`; leaves become text. */
export function xmlContent(value: unknown, listElement: ListElement, path = ""): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) {
    return value.length === 0 ? "" : { [listElement(path)]: value.map((item) => xmlContent(item, listElement, path)) };
  }
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => ({ key: String(key), value: xmlContent(item, listElement, path) }));
    return entries.length === 0 ? "" : { entry: entries };
  }
  if (isMembers(value)) return xmlMembers(value, listElement, path);
  return String(value).toWellFormed().replace(unprintable, "\uFFFD");
}

export function xmlMembers(members: object, listElement: ListElement, path = ""): Readonly<Record<string, unknown>> {
  const present = Object.entries(members).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(
    present.map(([name, value]) => [name, xmlContent(value, listElement, path === "" ? name : `${path}.${name}`)]),
  );
}

/** The members of the document's root. Leaves are strings; an element that holds its list element is a list. */
export function readXml(body: Buffer, listElement: ListElement): unknown {
  const text = body.toString("utf8");
  if (XMLValidator.validate(text) !== true) throw malformed();
  const parser = new XMLParser({
    ignoreAttributes: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    parseTagValue: false,
    isArray: (name, path) => name === listElement(withoutRoot(parentOf(String(path)))),
  });
  try {
    const document: unknown = parser.parse(text);
    const root = isMembers(document) ? Object.values(document)[0] : undefined;
    return root === "" || root === undefined ? {} : unwrapLists(root, listElement, "");
  } catch {
    throw malformed();
  }
}

function malformed(): AwsError {
  return new AwsError("MalformedInput", "The request body is not an XML document.");
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf(".")));
}

function withoutRoot(path: string): string {
  return path.includes(".") ? path.slice(path.indexOf(".") + 1) : "";
}

function unwrapLists(value: unknown, listElement: ListElement, path: string): unknown {
  if (Array.isArray(value)) return value.map((item) => unwrapLists(item, listElement, path));
  if (!isMembers(value)) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (only !== undefined && entries.length === 1 && path !== "" && only[0] === listElement(path)) {
    return unwrapLists(only[1], listElement, path);
  }
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, unwrapLists(inner, listElement, path === "" ? name : `${path}.${name}`)]),
  );
}
