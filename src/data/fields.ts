import { WhittleError } from '../base/errors';
import { shown } from '../base/shown';

/** Reads one JSON object field by field; every refusal is a `bad-card` that names the field and the value it has. */
export class Fields {
  private readonly values: ReadonlyMap<string, unknown>;
  private readonly path: string;

  constructor(json: unknown, path: string, known: readonly string[]) {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw badField(path, json, 'an object');
    this.values = new Map(Object.entries(json));
    this.path = path;
    for (const key of this.values.keys()) {
      if (known.includes(key)) continue;
      throw new WhittleError(
        'bad-card',
        `The card has a field ${shown(this.name(key))}, which means nothing here.`,
        `Remove it or correct its name; known are ${known.join(', ')}.`,
      );
    }
  }

  has(key: string): boolean {
    return this.values.get(key) !== undefined;
  }

  raw(key: string): unknown {
    return this.values.get(key);
  }

  name(key: string): string {
    return [this.path, key].filter((part) => part !== '').join('.');
  }

  text(key: string): string {
    const value = this.values.get(key);
    if (typeof value !== 'string' || value === '') throw this.bad(key, 'a text that is not empty');
    return value;
  }

  oneOf<const T extends string | number>(key: string, choices: readonly T[]): T {
    const value = this.values.get(key);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.bad(key, choices.map((c) => JSON.stringify(c)).join(' or '));
    return found;
  }

  number(key: string): number {
    const value = this.values.get(key);
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.bad(key, 'a finite number');
    return value;
  }

  integer(key: string, least: number, most: number): number {
    const value = this.values.get(key);
    if (!isInteger(value, least, most)) throw this.bad(key, `a whole number from ${least} to ${most}`);
    return value;
  }

  /** Finite numbers, one of the given counts of them. */
  numbers(key: string, counts: readonly number[]): readonly number[] {
    const value = this.values.get(key);
    const wanted = `a list of ${[...new Set(counts)].join(' or ')} finite ${counts.every((c) => c === 1) ? 'number' : 'numbers'}`;
    if (!Array.isArray(value) || !counts.includes(value.length)) throw this.bad(key, wanted);
    return value.map((item: unknown) => {
      if (typeof item !== 'number' || !Number.isFinite(item)) throw this.bad(key, wanted);
      return item;
    });
  }

  bad(key: string, wanted: string): WhittleError {
    return badField(this.name(key), this.values.get(key), wanted);
  }
}

function badField(name: string, value: unknown, wanted: string): WhittleError {
  const what = name === '' ? 'The card' : `The card's "${name}"`;
  const message = value === undefined ? `The card has no "${name}".` : `${what} is ${shown(value)}.`;
  return new WhittleError('bad-card', message, `It must be ${wanted}.`);
}

function isInteger(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}
