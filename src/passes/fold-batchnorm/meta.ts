import type { PassMeta } from '../options';

export const foldBatchnormMeta: PassMeta = {
  id: 'fold-batchnorm',
  label: 'Fold batch norm',
  explanation:
    'Merges each batch-norm node into the convolution or matrix product before it. ' +
    'The output stays the same; the model has fewer nodes and runs faster.',
  formula: "w' = w · γ / √(σ² + ε),  b' = (b − μ) · γ / √(σ² + ε) + β",
  source: 'Jacob et al. 2018, arXiv 1712.05877, section 3.2',
  kind: 'graph',
  exact: (options) => options,
  inShort: () => null,
  fields: [],
  layerFields: [],
};
