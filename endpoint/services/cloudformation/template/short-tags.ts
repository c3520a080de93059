import { isScalar, Pair, Scalar, type Tags, YAMLMap, YAMLSeq } from "yaml";

const FUNCTIONS = [
  "And",
  "Base64",
  "Cidr",
  "Equals",
  "FindInMap",
  "GetAZs",
  "If",
  "ImportValue",
  "Join",
  "Length",
  "Not",
  "Or",
  "Select",
  "Split",
  "Sub",
  "ToJsonString",
] as const;

function call(name: string, argument: Scalar | YAMLMap | YAMLSeq): YAMLMap {
  const map = new YAMLMap();
  map.items.push(new Pair(new Scalar(name), argument));
  return map;
}

function tagsOf(tag: string, name: string): Tags {
  return [
    { tag, resolve: (text: string) => ({ [name]: text }) },
    { tag, collection: "seq", resolve: (node) => (node instanceof YAMLSeq ? call(name, node) : node) },
    { tag, collection: "map", resolve: (node) => (node instanceof YAMLMap ? call(name, node) : node) },
  ];
}

/** `!GetAtt Name.Attribute`: the attribute may hold dots itself. */
function splitAttribute(text: string): { "Fn::GetAtt": string[] } {
  const dot = text.indexOf(".");
  return { "Fn::GetAtt": dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)] };
}

/** The short forms of the intrinsic functions in YAML templates, each read as its long form. */
export const shortTags: Tags = [
  { tag: "!Ref", resolve: (text: string) => ({ Ref: text }) },
  { tag: "!Condition", resolve: (text: string) => ({ Condition: text }) },
  { tag: "!GetAtt", resolve: splitAttribute },
  {
    tag: "!GetAtt",
    collection: "seq",
    resolve: (node) => (node instanceof YAMLSeq && node.items.every(isScalar) ? call("Fn::GetAtt", node) : node),
  },
  ...FUNCTIONS.flatMap((name) => tagsOf(`!${name}`, `Fn::${name}`)),
];
