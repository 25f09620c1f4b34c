import type { PassMeta } from '../options';

export const equalizeLayersMeta: PassMeta = {
  id: 'equalize-layers',
  label: 'Equalize layers',
  explanation:
    'Rescales the channels between consecutive layers so that the weights on both sides use the same range: ' +
    'coarse grids then fit all channels, above all with one scale per tensor. The output stays the same. Put it before quantization; ' +
    'where clipped activations (ReLU6) lie between, each gets bounds per channel and an operation more.',
  formula: 'rᵢ = √(range₁ᵢ / range₂ᵢ),  W₁ᵢ′ = W₁ᵢ / rᵢ,  b₁ᵢ′ = (b₁ᵢ − cᵢ) / rᵢ,  W₂ᵢ′ = W₂ᵢ · rᵢ,  b₂′ = b₂ + Σ W₂ᵢ cᵢ',
  source: 'Nagel et al. 2019, arXiv 1906.04721, sections 4.1 and 4.1.3',
  kind: 'graph',
  exact: (options) => ({ ...options, absorb: false }),
  usesSamples: (options) => options['absorb'] === true,
  doesWithoutSamples: true,
  fields: [
    {
      key: 'iterations',
      label: 'Iterations',
      help: 'Sweeps over all layers, at most; it stops earlier once the ranges agree.',
      type: 'number',
      min: 1,
      max: 100,
      step: 1,
      default: 20,
      display: 'plain',
      control: 'field',
    },
    {
      key: 'absorb',
      label: 'Absorb biases',
      help:
        'Moves biases of channels that hardly vary over the samples into the next layer, ' +
        'which narrows the range of activations. Needs samples; nothing is moved without.',
      type: 'boolean',
      default: true,
    },
  ],
  layerFields: [],
};
