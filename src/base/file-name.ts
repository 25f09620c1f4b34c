/**
 * A name from a file, such as a model's, as one that every system takes: no folders, no controls, none that Windows keeps for itself, 200
 * characters at most.
 */
export function safeFileName(name: string): string {
  const plain = name
    .replaceAll(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069/\\:*?"<>|]/gu, '_')
    .replace(/^[\s.]+/, '')
    .slice(-200)
    .replace(/[\s.]+$/, '');
  return plain === '' ? 'file' : plain.replace(/^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i, '$1_');
}
