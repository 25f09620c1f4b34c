export { parseCard } from './card';
export { openDataset } from './open';
