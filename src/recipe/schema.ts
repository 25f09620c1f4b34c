import type { OptionField, PassMeta } from '../passes/options';
import { passMetas } from '../passes/metas';
import { rulesOf } from '../passes/rules';
import { RECIPE_VERSION } from './parse';
import { DEFAULT_TARGET, TARGET_IDS } from './targets';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** JSON Schema (draft 2020-12) of recipe files, made from the passes' fields; `public/recipe.schema.json` holds its text. */
export function recipeSchema(): Json {
  const names: Json = { type: 'array', items: { type: 'string' } };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Whittle recipe',
    description: 'Ordered passes that make an ONNX model smaller.',
    type: 'object',
    required: ['version', 'passes'],
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      version: { const: RECIPE_VERSION },
      target: { enum: [...TARGET_IDS], default: DEFAULT_TARGET },
      passes: { type: 'array', items: { oneOf: passMetas.map(stepSchema) } },
    },
    $defs: {
      layers: {
        description: 'Layer names or op types.',
        type: 'object',
        additionalProperties: false,
        properties: { include: names, exclude: names },
      },
    },
  };
}

/** The exact text of `public/recipe.schema.json`. */
export function recipeSchemaText(): string {
  return `${JSON.stringify(recipeSchema(), null, 2)}\n`;
}

function stepSchema(meta: PassMeta): Json {
  const fixed = Object.entries(rulesOf(meta.id).fixed ?? {}).map(([key, value]): [string, Json] => [key, { const: value }]);
  const exclusive = rulesOf(meta.id).exclusive ?? [];
  const own = meta.fields.filter((f) => meta.layerFields.includes(f.key));
  return {
    title: meta.label,
    description: meta.explanation,
    type: 'object',
    required: ['id'],
    additionalProperties: false,
    properties: {
      id: { const: meta.id },
      options: {
        type: 'object',
        additionalProperties: false,
        properties: { ...properties(meta.fields), ...Object.fromEntries(fixed) },
        ...(exclusive.length > 0 ? { not: { required: exclusive } } : {}),
      },
      layers: { $ref: '#/$defs/layers' },
      overrides: {
        description: 'Options of single layers, by layer name.',
        type: 'object',
        additionalProperties: { type: 'object', additionalProperties: false, properties: properties(own) },
      },
      off: { type: 'boolean', default: false },
    },
  };
}

function properties(fields: readonly OptionField[]): { readonly [key: string]: Json } {
  return Object.fromEntries(fields.map((f) => [f.key, { title: f.label, description: f.help, ...fieldSchema(f) }]));
}

function fieldSchema(field: OptionField): { readonly [key: string]: Json } {
  switch (field.type) {
    case 'number':
      return {
        type: field.step === 1 ? 'integer' : 'number',
        minimum: field.min,
        maximum: field.max,
        ...(field.default === undefined ? {} : { default: field.default }),
      };
    case 'choice':
      return { enum: field.choices.map((c) => c.value), default: field.default };
    case 'boolean':
      return { type: 'boolean', default: field.default };
    default:
      return { type: 'string', default: field.default };
  }
}
