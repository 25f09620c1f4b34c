interface Search {
  readonly best: unknown;
  readonly better: unknown;
  readonly verdict: string;
}

/** What came of a search for the preset of the pixels. @param takes the better one takes the place of the card's own. */
export function presetWords({ best, better, verdict }: Search, takes: boolean): string {
  if (takes) return `Taken, since it is clearly better: ${verdict}`;
  if (best === null) return verdict;
  return `${better !== null ? 'Your card stays, but another is clearly better.' : 'The card stays as it is.'} ${verdict}`;
}

/** That there was nothing to search. */
export function noPresetWords(reason: string): string {
  return `No preset was looked for. ${reason}`;
}
