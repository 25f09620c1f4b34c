import { describe, expect, it, test } from 'vitest';
import { reportHtml } from './html';
import { reportOf } from './report';
import { embeddedJson, figuresIn, headingsOf, numbersIn, openTags, tableOf, textOf } from './testing/read-html';
import { ATTACK, FULL, HOSTILE, LEAST } from './testing/results';

const [full, least, attack] = [FULL, LEAST, ATTACK].map((results) => reportHtml(reportOf(results)));

describe('figures', () => {
  it('are the embedded JSON, which is the report', () => {
    for (const results of [FULL, LEAST, ATTACK]) expect(embeddedJson(reportHtml(reportOf(results)))).toEqual(reportOf(results));
  });

  it('each carry a number of the JSON, and read as that number', () => {
    for (const html of [full, least]) {
      const known = new Set(numbersIn(embeddedJson(html ?? '')));
      const figures = figuresIn(html ?? '');
      expect(figures.length).toBeGreaterThan(5);
      for (const { value, text } of figures) {
        expect(known, text).toContain(value);
        expect(readsAs(text, value), `${text} for ${value}`).toBe(true);
      }
    }
  });

  it.each([
    ['The files', 'raw', [[], [4_953_397], [1_302_345], []]],
    ['The files', 'brotli', [[], [4_550_001], [880_002], []]],
    ['Layers', 'conv1', [[], [], [], [1728], [6], [], [0.5123], [22.75], [6912], [1550]]],
    ['Stored weights', 'conv1', [[], [6912], [6401], [6302], [1550], [1203], []]],
    ['One inference', 'WebGPU, result', [[], [8.1], [7.95], [8.3], [7.95], [41.7], [10], [1], [131.5], [43.75]]],
    ['One inference', 'WASM, original', [[], [31], [30.5], [32], [30.5], [32], [3], [1], [61], [33]]],
    ['Samples a second', '1', [[1], [98], [96, 99.5], [123.5], [120.5, 125.5], []]],
    ['Right answers', 'Top-1, original', [[], [59.6], [55.24, 63.81], [500]]],
    ['Right answers', 'Top-5, result', [[], [81.2], [77.53, 84.38], [500]]],
    ['Paired test', 'no measurable change', [[], [-0.8], [-2.27, 0.66], [0.302], [9], [5]]],
    ['By class', 'tench, Tinca tinca', [[], [3], [2], [1], [], [1], [0], [1]]],
    ['The most frequent wrong', 'great white shark, answered as tench, Tinca tinca', [[], [4], [5]]],
    ['The most frequent changes', 'tench, Tinca tinca became great white shark', [[], [1]]],
    ['Outputs', 'softmax', [[], [0.9925], [17.65], [2.25], [0.0473]]],
    ['Changed answers', '17', [[17], [], [], [0.515], [], [0.385], []]],
    ['KL divergence', 'conv1', [[], [0.0213], [0.412]]],
    ['Top-1, percent', 'fire2/squeeze', [[], [], [59.25]]],
    ['Each form', 'Packed, 4 bits', [[], [701_234], [651_234], [8.1], [10], [0.794], [0.781, 0.812], []]],
    ['Operators', 'Conv', [[], [], [26], [7.65], [26], [5.43]]],
    ['Whether', 'Written file, on its backends', [[], [], [4.2e-5], [101.5], []]],
  ])('stand in their cells: %s, %s', (caption, row, values) => {
    const table = tableOf(full ?? '', caption);
    const at = table.rows.findIndex(([name]) => name === row);
    expect(table.values[at]).toEqual(values);
  });

  it('that were not measured say so', () => {
    const text = textOf((least ?? '').replace(/<script.*<\/script>/s, ''));
    for (const words of [
      'Size of the result: not measured, since the file was not written.',
      'Latency: not measured, since it was not asked for.',
      'Accuracy: not measured, since there are no samples.',
      'Agreement with the original: not measured, since it was not asked for.',
    ])
      expect(text).toContain(words);
    expect(tableOf(least ?? '', 'Layers').rows[0]).toEqual([
      'conv1',
      'Conv',
      '64×3×3×3',
      '1,728',
      'not measured',
      'not measured',
      'not measured',
      'not measured',
      '6.91',
      'not measured',
    ]);
    expect(text.match(/Not measured, since /g)).toHaveLength(8);
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });
});

test('verdicts say what the measurements can tell', () => {
  const text = textOf(full ?? '').replaceAll('\u2009', ' ');
  expect(text).toContain('Size: 3.8× smaller, 4.95 MB to 1.30 MB; after gzip 4.60 MB to 903 kB; after brotli 4.55 MB to 880 kB.');
  expect(text).toContain(
    'Latency on WebGPU: faster, 0.80× the time; median 10.2 ms to 8.10 ms, ' +
      "0.80× the original's time (95 % interval 0.79–0.80), 10 runs in turns.",
  );
  expect(text).toContain(
    'Top-1 accuracy: no measurable change; 59.60 % (95 % interval 55.24–63.81) to 58.80 % (95 % ' +
      'interval 54.43–63.03), 500 samples. Paired difference −0.80 points (95 % interval −2.27 to +0.66)',
  );
  expect(text).toContain('WASM: no measurable change');
});

test('the first page is the summary, and all else is folded', () => {
  const html = full ?? '';
  const [first = ''] = html.split('<details>');
  expect(headingsOf(first)).toEqual([1, 2]);
  expect(first).toContain('<h2 id="summary">Summary</h2>');
  expect(html.match(/<details>/g)).toHaveLength(11);
  expect(html).not.toContain('<details open');
  const table = tableOf(first, 'What was asked for').rows.map((row) => row.join(': '));
  expect(table).toEqual([
    'Target: WebGPU, acme gpu-1',
    'Recipe: 50 % pruned, 4-bit, 1 layer of its own',
    'Asked for: Bits for each layer, so that top-1 accuracy falls by at most 1 point.',
    'Kept to: Undecided, it would take about 970 samples like these to tell: top-1 changed by −0.80 points (95 % interval −2.27 to +0.66).',
  ]);
  expect(tableOf(first, 'Recipes that were tried').rows).toHaveLength(2);
});

test('nothing is foretold, and nothing is missing without a reason', () => {
  const open: typeof FULL = {
    ...FULL,
    truth: FULL.truth && {
      ...FULL.truth,
      sentences: [
        ...FULL.truth.sentences,
        { level: 'unknown', text: 'This model in other forms: not measured yet.' },
        { level: 'unknown', text: 'Where each operator runs: not measured yet.' },
      ],
    },
  };
  const unwritten = { ...FULL, exported: null };
  for (const results of [FULL, LEAST, open, unwritten]) {
    const text = textOf(reportHtml(reportOf(results)).replace(/<script.*<\/script>/s, ''));
    expect(text).not.toMatch(/foretold|not measured yet|not measured\.(?! )/i);
  }
  expect(textOf(reportHtml(reportOf(open)))).toContain(
    'Not measured, since it was not asked for: This model in other forms; Where each operator runs.',
  );
  const stuck = reportOf({
    ...LEAST,
    exported: FULL.exported && {
      ...FULL.exported,
      proof: { ...FULL.exported.proof, ran: false, runnable: false, reason: 'it has an operator of another domain.' },
    },
  });
  expect(textOf(reportHtml(stuck))).toContain(
    'Latency: not measured, since the file cannot be run here (it has an operator of another domain).',
  );
});

test('names from files stay text', () => {
  const html = attack ?? '';
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toContain('<script>');
  expect(html.match(/<\/script/g)).toHaveLength(1);
  // In the title, the heading, a cell, an attribute and a code block alike.
  expect(textOf(html.slice(0, html.indexOf('</title>')))).toContain(HOSTILE);
  expect(tableOf(html, 'Layers').rows[0]?.[0]).toBe(HOSTILE);
  expect(tableOf(html, 'Changed answers').rows[0]).toContain(HOSTILE);
});

test.each([
  ['full', full],
  ['least', least],
  ['attack', attack],
])('is well formed, accessible and sufficient to itself: %s', (_name, page) => {
  const html = page ?? '';
  expect(openTags(html)).toEqual([]);
  expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(headingsOf(html)[0]).toBe(1);
  expect(
    headingsOf(html)
      .slice(1)
      .every((level) => level === 2),
  ).toBe(true);
  for (const [svg] of html.matchAll(/<svg[^>]*>/g)) expect(svg).toMatch(/role="img" aria-label="[^"]+"/);
  for (const [head] of html.matchAll(/<th[\s>][^>]*>?/g)) expect(head).toMatch(/scope="(?:col|row)"/);
  const markup = html.replace(/<script.*<\/script>/s, '');
  expect(markup).not.toMatch(/https?:|\ssrc=|<link|<img|<iframe|@import|url\(|\son\w+=/i);
  const anchors = [...markup.matchAll(/\shref="([^"]*)"/g)].map(([, href = '']) => href);
  expect(anchors).toHaveLength(12);
  for (const anchor of anchors) expect(markup).toContain(`<h2 id="${anchor.slice(1)}">`);
  expect(markup).toContain(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"`);
});

/** Whether a number as people read it stands for the value: the same to its own last digit, in some unit. */
function readsAs(text: string, value: number): boolean {
  const plain = text.replaceAll('−', '-').replaceAll(',', '').replace('< ', '');
  const digits = /[-+]?\d+(?:\.(\d+))?(?:e(-?\d+))?/.exec(plain);
  if (!digits) return false;
  const unit = 10 ** (Number(digits[2] ?? 0) - (digits[1]?.length ?? 0));
  return [1, 100, 1e-3, 1e-6].some((scale) => Math.abs(Number(digits[0]) - value * scale) <= unit * 0.5000001);
}
