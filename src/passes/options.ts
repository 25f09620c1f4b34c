/**
 * A pass's options as data: validation, defaults, the JSON schema and the page's controls are all derived from these fields.
 */
export type OptionValue = number | string | boolean;
export type Options = Readonly<Record<string, OptionValue>>;

interface FieldBase {
  readonly key: string;
  readonly label: string;
  /** One sentence shown where the option is set. */
  readonly help: string;
  /** The option only matters (and is only shown) while these hold, e.g. {granularity: ['block']}. */
  readonly when?: Readonly<Record<string, readonly OptionValue[]>>;
  /** Options that this one takes the place of: setting it unsets them. */
  readonly replaces?: readonly string[];
}

export interface NumberField extends FieldBase {
  readonly type: 'number';
  readonly min: number;
  readonly max: number;
  /** Between neighbouring values, from `min` on. */
  readonly step: number;
  /** undefined: the option is absent unless set (an alternative to another option). */
  readonly default: number | undefined;
  /** How the page writes the value: a fraction as percent, a count of bytes, or plain. */
  readonly display?: 'percent' | 'bytes' | 'plain';
  readonly control?: 'slider' | 'field';
}

export interface ChoiceField extends FieldBase {
  readonly type: 'choice';
  readonly choices: readonly { readonly value: string | number; readonly label: string }[];
  readonly default: string | number;
}

export interface BooleanField extends FieldBase {
  readonly type: 'boolean';
  readonly default: boolean;
}

/** Free text, e.g. a comma-separated list of op types. */
export interface TextField extends FieldBase {
  readonly type: 'text';
  readonly default: string;
}

export type OptionField = NumberField | ChoiceField | BooleanField | TextField;

/** Codes of an even grid, codes of a table, integers that layers compute on, or half precision. */
export type StoredAs = 'grid' | 'table' | 'integers' | 'half';

/** What the page and the recipe know of a pass; free of engine code, so that the main thread can import it. */
export interface PassMeta {
  readonly id: string;
  readonly label: string;
  /** What it does and what it costs, in one or two sentences. */
  readonly explanation: string;
  /** The method's formula in plain text, and where it comes from. */
  readonly formula: string;
  readonly source: string;
  /** 'graph' changes nodes (a new live session is needed); 'weights' changes weight values only; 'format' changes storage or types. */
  readonly kind: 'graph' | 'weights' | 'format';
  /** Not a leading graph pass, and yet it edits the graph (quantized activations, biases): the result runs in a session of its own. */
  readonly editsGraph?: true | ((options: Options) => boolean);
  /**
   * These options without what may change the model's outputs: under them they stay as they were, which is checked before a file is handed
   * out.
   */
  readonly exact?: (options: Options) => Options;
  /** Whether it needs the user's samples under these options: they are then left out of the score. */
  readonly usesSamples?: (options: Options) => boolean;
  /** Where there are no samples it runs all the same, and does less. */
  readonly doesWithoutSamples?: true;
  /** What it stores the weights of its layers as; absent where it stores them as they are. */
  readonly stores?: StoredAs;
  /** What it builds on where an earlier pass stored it so; anything else that was stored it replaces. */
  readonly buildsOn?: readonly StoredAs[];
  /** Layers that an earlier pass stored so are left alone, in words: "what is clustered". */
  readonly leaves?: Readonly<Partial<Record<StoredAs, string>>>;
  /** It makes up for what earlier passes did to weights: what comes later it cannot see. */
  readonly makesUp?: true;
  /** It sets weights to zero, those that matter least of all that it takes together. */
  readonly prunes?: true;
  /** It quantizes activations: with ranges learned beforehand, or anew in every run. */
  readonly activations?: 'static' | 'dynamic';
  /** The option that cells of a sensitivity scan stand for. */
  readonly scans?: 'bits' | 'sparsity';
  /** What it does under these options, and to `own` layers under theirs, as charts label it: "4-bit". null: nothing. Absent: its label. */
  readonly inShort?: (options: Options, own: number) => string | null;
  /** Its part of the written file's name; null, or absent: none. */
  readonly inName?: (options: Options) => string | null;
  readonly fields: readonly OptionField[];
  /** Keys of `fields` that a layer may override. */
  readonly layerFields: readonly string[];
}

/** Options as a step has them where it sets none; fields without a default are absent. */
export function defaultsOf(meta: PassMeta): Options {
  return Object.fromEntries(meta.fields.flatMap((f) => (f.default === undefined ? [] : [[f.key, f.default]])));
}

/** The fields that matter under these options. */
export function shownFields(meta: PassMeta, options: Options): OptionField[] {
  return meta.fields.filter((field) => Object.entries(field.when ?? {}).every(([key, values]) => values.includes(options[key] ?? '')));
}

/** The chosen value of a field in the words of the page; as it is where it is no choice of these fields. */
export function choiceLabel(fields: readonly OptionField[], key: string, options: Options): string {
  const field = fields.find((each) => each.key === key);
  const choice = field?.type === 'choice' ? field.choices.find(({ value }) => value === options[key]) : undefined;
  return choice?.label ?? String(options[key]);
}
