export { parseCard } from './card';
export { guessCard } from './guess/index';
export { openDataset } from './open';
export { pictureOf } from './picture';
export { SourceKeeper } from './source-keeper';
