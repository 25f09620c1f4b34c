import { beforeEach, describe, expect, it } from 'vitest';
import { BY_CHANCE, FULL } from '../report/testing/results';
import { clearResults, useResults } from './results';
import { freshPage } from './testing/fresh-page';
import { frontOf, placesOf, rememberTrial, rememberVariant, useVariants } from './variants';

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

  it('keeps what a choice ran besides, until the same recipe is scored on more samples', () => {
    if (!evaluation) throw new Error('There is no evaluation.');
    const few = { ...evaluation, recipe: other, agreement: { ...evaluation.agreement, samples: 8 } };
    const trial = {
      name: 'Nearest',
      recipe: other,
      bytes: 700,
      onIntegers: false,
      agreement: 90,
      kl: 0.1,
      sqnrDb: 20,
      ruin: null,
      evaluation: few,
    };
    rememberTrial(trial);
    expect(variants()).toMatchObject([{ recipe: other, bytes: 700, exact: false, accuracy: evaluation.after, agreement: { samples: 8 } }]);
    useResults.setState({ evaluation: { ...evaluation, recipe: other } });
    rememberVariant(other);
    rememberTrial(trial);
    expect(variants()).toMatchObject([{ bytes: 700, agreement: { samples: evaluation.agreement.samples } }]);
    expect(placesOf(variants(), 1000).places.map(({ key }) => key)).toEqual([null, JSON.stringify(other)]);
  });

  it('adds what is measured later to the same recipe, and keeps what was known', () => {
    useResults.setState({ preview });
    rememberVariant(recipe);
    expect(variants()).toMatchObject([{ recipe, bytes: 1_310_000, exact: false, gzipBytes: 910_000, accuracy: null, latency: null }]);
    useResults.setState({ exported: exported && { ...exported, blob: new Blob() }, evaluation });
    rememberVariant(structuredClone(recipe));
    clearResults();
    useResults.setState({ measurement: measurements[0] ?? null });
    rememberVariant(recipe);
    expect(variants()).toMatchObject([
      {
        bytes: 1_302_345,
        exact: true,
        gzipBytes: 903_456,
        accuracy: { top1: 58.8 },
        paired: { worse: 9 },
        latency: { before: { median: 10.2 }, after: { median: 8.1 } },
      },
    ]);
  });

  it('has no share of right answers where the original answers by chance, but the agreement', () => {
    useResults.setState({ preview, evaluation: evaluation && { ...evaluation, chance: BY_CHANCE } });
    rememberVariant(recipe);
    expect(variants()).toMatchObject([
      { accuracy: null, original: null, paired: null, agreement: { top1: 93.2 }, verdict: { short: 'cannot be told from chance' } },
    ]);
  });

  it('keeps the original\u2019s score of the same samples, the verdict, and the run over more samples', () => {
    useResults.setState({ preview, evaluation });
    rememberVariant(recipe);
    expect(variants()).toMatchObject([{ original: { top1: 59.6 }, verdict: { short: 'no measurable change' } }]);
    const fewer = evaluation && { ...evaluation, after: null, agreement: { ...evaluation.agreement, samples: 100 } };
    useResults.setState({ evaluation: fewer });
    rememberVariant(recipe);
    expect(variants()).toMatchObject([{ accuracy: { top1: 58.8 }, agreement: { samples: 500 } }]);
  });

  it('gives no recipe the figures of another', () => {
    useResults.setState({ preview: preview && { ...preview, recipe: other }, evaluation, measurement: measurements[0] ?? null });
    rememberVariant(other);
    expect(variants()).toMatchObject([{ recipe: other, bytes: 1_310_000, accuracy: null, agreement: null, latency: null }]);
  });
});

describe('placesOf', () => {
  const { recipe, preview, evaluation } = FULL;

  beforeEach(freshPage);

  const scored = (change: Partial<NonNullable<typeof evaluation>>, passes = recipe.passes) => {
    const of = { ...recipe, passes };
    useResults.setState({
      preview: preview && { ...preview, recipe: of },
      evaluation: evaluation && { ...evaluation, ...change, recipe: of },
    });
    rememberVariant(of);
  };

  it('holds every scored recipe, by accuracy where there are labels', () => {
    scored({});
    scored({}, []);
    const { measure, places } = placesOf(variants(), 5_000_000);
    expect(measure).toBe('accuracy');
    expect(places.map(({ key, bytes, score }) => [key === null, bytes, score])).toEqual([
      [true, 5_000_000, 59.6],
      [false, 1_310_000, 58.8],
      [false, 1_310_000, 58.8],
    ]);
  });

  it('goes by agreement without labels, and by the cosine where outputs are no class scores', () => {
    const unlabelled = { before: null, after: null, paired: null, classes: null, confusion: null };
    scored(unlabelled);
    expect(placesOf(variants(), 5_000_000)).toMatchObject({
      measure: 'agreement',
      places: [
        { score: 100, interval: null },
        { score: 93.2, interval: null },
      ],
    });
    freshPage();
    if (evaluation) scored({ ...unlabelled, changed: null, agreement: { ...evaluation.agreement, top1: null, changed: null } });
    expect(placesOf(variants(), 5_000_000)).toMatchObject({ measure: 'cosine', places: [{ score: 1 }, { score: 0.991234 }] });
  });

  it('is the original alone while nothing is scored', () => {
    useResults.setState({ preview });
    rememberVariant(recipe);
    expect(placesOf(variants(), 5_000_000).places).toHaveLength(1);
  });
});
