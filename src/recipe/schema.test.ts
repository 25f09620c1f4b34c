import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { recipeSchemaText } from './schema';

const file = new URL('../../public/recipe.schema.json', import.meta.url);

// To write the file anew: UPDATE_SCHEMA=1 npx vitest run src/recipe/schema.test.ts
test('public/recipe.schema.json is what the metas say', () => {
  if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(file, recipeSchemaText());
  expect(readFileSync(file, 'utf8')).toBe(recipeSchemaText());
});
