import { beforeEach, describe, expect, test } from 'vitest';
import { WhittleError } from '../base/errors';
import type { Card, DataSummary, ImageCard, PresetCandidate, PresetSearch } from '../engine/protocol/index';
import { FULL } from '../report/testing/results';
import { addData, applyCard, findPreset, readAgain, setData } from './data';
import { useDocument } from './document';
import { cancelJob, useJobs } from './jobs';
import { fakeEngine, type FakeEngine } from './testing/fake-engine';
import { freshPage } from './testing/fresh-page';

const { data } = FULL;
if (!data || data.card.format === 'tensors') throw new Error('The results have no pictures.');
const PROPOSED: ImageCard = data.card;
const RIGHT: ImageCard = { ...PROPOSED, input: { ...PROPOSED.input, mean: [0], std: [255] } };
const OWN: ImageCard = { ...PROPOSED, input: { ...PROPOSED.input, mean: [1], std: [1] } };
const files = [{ path: 'pictures/a.png', blob: new Blob(['png']) }];
const page = () => useDocument.getState();
const summary = (card: Card): DataSummary => ({ ...data, card });

function candidate(card: ImageCard, top1: number): PresetCandidate {
  return {
    preset: 'unit',
    label: '0 to 1, RGB',
    card,
    offset: 0,
    top1,
    top1Interval: { low: top1 - 1, high: top1 + 1 },
    samples: 64,
    loss: 1,
  };
}

const better = candidate(RIGHT, 60);
const FOUND: PresetSearch = {
  candidates: [better],
  best: better,
  told: true,
  better,
  verdict: '0 to 1, RGB: 60.0 % of 64 right. As the card was, caffe: 1.6 % of 64.',
  runs: 300,
};

let fake: FakeEngine;

beforeEach(() => {
  freshPage();
  fake = fakeEngine();
});

/** Drops the files; they are read by the card that is proposed, or was among them. */
async function drop(given: boolean): Promise<{ readonly done: Promise<DataSummary> }> {
  const done = addData(files);
  (await fake.next('proposeData')).answer({ name: 'pictures', card: PROPOSED, given, why: [] });
  (await fake.next('setData')).answer(summary(PROPOSED));
  return { done };
}

describe('added samples', () => {
  test('are searched for their preset at once; one that is clearly better is taken, and said', async () => {
    const { done } = await drop(false);
    const search = await fake.next('findPreset');
    expect(page()).toMatchObject({ data: { card: PROPOSED }, preparing: true, cardFrom: 'guess' });
    expect(useJobs.getState().running?.title).toBe('Looking for the preset');
    search.answer(FOUND);
    const read = await fake.next('setData');
    expect(read.args.slice(0, 3)).toEqual(['pictures', RIGHT, files]);
    read.answer(summary(RIGHT));
    expect(await done).toMatchObject({ card: RIGHT });
    expect(page()).toMatchObject({
      preparing: false,
      cardFrom: 'search',
      presets: FOUND,
      prepared: expect.stringContaining('Taken, since it is clearly better: 0 to 1, RGB: 60.0 % of 64 right.'),
    });
    expect(useJobs.getState().lastNote).toBe(page().prepared);
  });

  test('keep the proposed card where no preset is clearly better', async () => {
    const { done } = await drop(false);
    (await fake.next('findPreset')).answer({ ...FOUND, better: null });
    await done;
    expect(fake.calls.setData).toHaveLength(1);
    expect(page()).toMatchObject({ preparing: false, cardFrom: 'guess', prepared: expect.stringContaining('The card stays as it is.') });
  });

  test('are not searched over a card that lay among them', async () => {
    const { done } = await drop(true);
    await done;
    expect(fake.calls.findPreset).toHaveLength(0);
    expect(page()).toMatchObject({ preparing: false, cardFrom: 'person' });
  });

  test('without labels are not searched', async () => {
    const done = addData(files);
    (await fake.next('proposeData')).answer({ name: 'pictures', card: PROPOSED, given: false, why: [] });
    (await fake.next('setData')).answer({ ...summary(PROPOSED), labelled: false });
    await done;
    expect(fake.calls.findPreset).toHaveLength(0);
    expect(page().preparing).toBe(false);
  });

  test('stay as proposed where the search is cancelled', async () => {
    const { done } = await drop(false);
    const search = await fake.next('findPreset');
    cancelJob();
    expect(search.following.signal.aborted).toBe(true);
    search.fail(new WhittleError('aborted', 'Stopped.'));
    expect(await done).toMatchObject({ card: PROPOSED });
    expect(page()).toMatchObject({ preparing: false, data: { card: PROPOSED }, error: null });
    expect(useJobs.getState().lastNote).toContain('stopped');
  });

  test('that cannot be searched are no failure', async () => {
    const { done } = await drop(false);
    (await fake.next('findPreset')).fail(new WhittleError('bad-data', 'The model gives no class scores.', ''));
    await done;
    expect(page()).toMatchObject({ preparing: false, error: null, prepared: expect.stringContaining('no class scores') });
  });

  test('keep a card that the person chose while the search ran', async () => {
    const { done } = await drop(false);
    const search = await fake.next('findPreset');
    const chosen = applyCard(OWN);
    search.answer(FOUND);
    (await fake.next('setData')).answer(summary(RIGHT));
    (await fake.next('setData')).answer(summary(OWN));
    await Promise.all([done, chosen]);
    expect(page()).toMatchObject({ data: { card: OWN }, cardFrom: 'person' });
    const again = findPreset();
    (await fake.next('findPreset')).answer(FOUND);
    await again;
    expect(fake.calls.setData).toHaveLength(3);
    expect(page()).toMatchObject({ data: { card: OWN }, prepared: expect.stringContaining('Your card stays') });
  });
});

test('samples are used for what was chosen for them, also when they are read again', async () => {
  const done = setData('cats', PROPOSED, files, { calibration: 32 });
  const first = await fake.next('setData');
  expect(first.args[3]).toEqual({ calibration: 32, scored: null });
  first.answer(summary(PROPOSED));
  await done;
  const again = readAgain({ scored: 400 });
  const second = await fake.next('setData');
  expect(second.args.slice(1, 4)).toEqual([PROPOSED, files, { calibration: 32, scored: 400 }]);
  second.answer(summary(PROPOSED));
  await again;
  expect(page().cardFrom).toBe('person');
});
