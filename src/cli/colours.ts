import { styleText } from 'node:util';

/** Puts words in a style, or leaves them as they are. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

interface Stream {
  readonly isTTY?: boolean;
}

/** For a stream: NO_COLOR says no, FORCE_COLOR yes (0: no), else a terminal that can. */
export function painter({ isTTY }: Stream, { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv): Paint {
  const forced = FORCE_COLOR === undefined || FORCE_COLOR === '' ? null : FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  const coloured = NO_COLOR !== undefined && NO_COLOR !== '' ? false : (forced ?? (isTTY === true && TERM !== 'dumb'));
  return coloured ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
}
