import { floats, integers, number, record } from './codec';
import type { Codebook, Grid, Groups } from './grids';

const GROUPS = record<Groups>({ outer: number, channels: number, inner: number, block: number });
export const GRID = record<Grid>({ groups: GROUPS, bits: number, qMin: number, qMax: number, scales: floats, zeroPoints: integers });
export const CODEBOOK = record<Codebook>({ groups: GROUPS, size: number, values: floats });
