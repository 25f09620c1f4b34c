import type { NamedClass } from '../../engine/protocol/index';

/** A class as a person reads it: its name, else its number. Synset ids before the name are left out. */
export function className({ index, name }: NamedClass): string {
  return name === null ? `class ${index}` : name.replace(/^n\d{8}\s+/, '');
}
