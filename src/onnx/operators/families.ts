/** All records. A new family is a file and a line here. */
import { CONVOLUTIONS } from './convolutions';
import { ELEMENTWISE } from './elementwise';
import { LOOKUPS } from './lookups';
import { MAKING } from './making';
import { MOVING } from './moving';
import { NORMS } from './norms';
import { POOLING } from './pooling';
import { PRODUCTS } from './products';
import { QUANTIZED } from './quantized';
import { RECURRENT } from './recurrent';
import { REDUCTIONS } from './reductions';
import type { Operator } from './types';

export const FAMILIES: readonly (readonly Operator[])[] = [
  CONVOLUTIONS,
  ELEMENTWISE,
  LOOKUPS,
  MAKING,
  MOVING,
  NORMS,
  POOLING,
  PRODUCTS,
  QUANTIZED,
  RECURRENT,
  REDUCTIONS,
];
