import { BudgetCache } from '../base/budget-cache';

/** Vectors by index, in a budget of bytes. */
export class VectorCache extends BudgetCache<Float32Array> {}
