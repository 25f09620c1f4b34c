import { beforeEach, describe, expect, it } from 'vitest';
import { FULL } from '../report/testing/results';
import { clearResults, useResults } from './results';
import { freshPage } from './testing/fresh-page';
import { frontOf, rememberVariant, useVariants } from './variants';

const variants = () => useVariants.getState().variants;

describe('frontOf', () => {
  it('keeps what no other beats in both size and score', () => {
    const points = [
      { name: 'original', bytes: 100, score: 60 },
      { name: 'int8', bytes: 25, score: 59 },
      { name: 'int8, same size, worse', bytes: 25, score: 50 },
      { name: 'larger and worse', bytes: 50, score: 58 },
      { name: 'int4', bytes: 13, score: 40 },
      { name: 'as good as int8 but larger', bytes: 30, score: 59 },
    ];
    expect(frontOf(points).map((p) => p.name)).toEqual(['int4', 'int8', 'original']);
    expect(frontOf([])).toEqual([]);
  });
});

describe('rememberVariant', () => {
  const { recipe, preview, exported, evaluation, measurements } = FULL;
  const other = { ...recipe, passes: [] };

  beforeEach(freshPage);

  it('keeps nothing while the size is not known', () => {
    useResults.setState({ evaluation });
    rememberVariant(recipe);
    expect(variants()).toEqual([]);
  });

  it('adds what is measured later to the same recipe, and keeps what was known', () => {
    useResults.setState({ preview });
    rememberVariant(recipe);
    expect(variants()).toMatchObject([{ recipe, bytes: 1_310_000, exact: false, gzipBytes: null, accuracy: null, latency: null }]);
    useResults.setState({ exported: exported && { ...exported, blob: new Blob() }, evaluation });
    rememberVariant(structuredClone(recipe));
    clearResults();
    useResults.setState({ measurement: measurements[0] ?? null });
    rememberVariant(recipe);
    expect(variants()).toMatchObject([{ bytes: 1_302_345, exact: true, gzipBytes: 903_456, accuracy: { top1: 58.8 }, paired: { worse: 9 }, latency: { before: { median: 10.2 }, after: { median: 8.1 } } }]);
  });

  it('gives no recipe the figures of another', () => {
    useResults.setState({ preview: preview && { ...preview, recipe: other }, evaluation, measurement: measurements[0] ?? null });
    rememberVariant(other);
    expect(variants()).toMatchObject([{ recipe: other, bytes: 1_310_000, accuracy: null, agreement: null, latency: null }]);
  });
});
