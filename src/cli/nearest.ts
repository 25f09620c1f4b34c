/** The word that was probably meant, or null where none is near: one slip in three letters at most. */
export function nearest(word: string, known: readonly string[]): string | null {
  const far = Math.max(1, Math.floor(word.length / 3));
  const [best] = known
    .map((each) => ({ each, slips: each.startsWith(word) && word.length > 1 ? 1 : distance(word, each) }))
    .filter(({ slips }) => slips <= far)
    .toSorted((a, b) => a.slips - b.slips);
  return best?.each ?? null;
}

/** Letters put in, left out, changed, or swapped with the next. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (rows[i - 2]?.[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + same, swapped));
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
