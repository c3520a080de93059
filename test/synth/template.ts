import * as v from "valibot";

const Json = v.record(v.string(), v.unknown());
const ResourceSchema = v.looseObject({
  Type: v.string(),
  Properties: v.optional(Json, {}),
  DependsOn: v.optional(v.union([v.string(), v.array(v.string())])),
  DeletionPolicy: v.optional(v.string()),
  UpdateReplacePolicy: v.optional(v.string()),
  Metadata: v.optional(Json),
});
const TemplateShape = v.looseObject({
  Resources: v.record(v.string(), ResourceSchema),
  Outputs: v.optional(Json, {}),
  Metadata: v.optional(Json, {}),
});

export type Resource = v.InferOutput<typeof ResourceSchema> & { readonly id: string };

/** A synthesized template, read as data. */
export class Template {
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly bytes: number;
  readonly document: unknown;

  private constructor(document: unknown) {
    const { Resources, Outputs, Metadata } = v.parse(TemplateShape, document);
    this.document = document;
    this.resources = Object.entries(Resources).map(([id, resource]) => ({ id, ...resource }));
    this.outputs = Outputs;
    this.metadata = Metadata;
    this.bytes = Buffer.byteLength(JSON.stringify(document));
  }

  static parse(document: unknown): Template {
    return new Template(document);
  }

  /** As it would be if its alarms told this topic. */
  subscribed(topic: string): Template {
    const told = this.resources.map(({ id, ...resource }) => {
      const isAlarm = resource.Type === "AWS::CloudWatch::Alarm";
      const Properties = isAlarm ? { ...resource.Properties, AlarmActions: [topic] } : resource.Properties;
      return [id, { ...resource, Properties }];
    });
    return Template.parse({ Resources: Object.fromEntries(told) });
  }

  all(type: string): readonly Resource[] {
    return this.resources.filter(({ Type }) => Type === type);
  }

  /** The one resource of a type whose properties contain these; fails when there are none or several. */
  one(type: string, properties: Readonly<Record<string, unknown>> = {}): Resource {
    const found = this.all(type).filter(({ Properties }) =>
      Object.entries(properties).every(([name, value]) => JSON.stringify(Properties[name]) === JSON.stringify(value)),
    );
    const [resource, ...others] = found;
    if (resource === undefined || others.length > 0) {
      throw new Error(`${found.length} resources of ${type} with ${JSON.stringify(properties)}, one was expected.`);
    }
    return resource;
  }
}

/** `Fn::GetAtt` of a resource in the same stack. */
export const attribute = (resource: Resource, name: string) => ({ "Fn::GetAtt": [resource.id, name] });
export const reference = (resource: Resource) => ({ Ref: resource.id });
