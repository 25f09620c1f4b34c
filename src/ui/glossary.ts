/** Every word of the trade that the page uses: what it means in a sentence, and what is good or bad. Shown by the component Help. */

interface Entry {
  readonly term: string;
  /** How it is written in the page, as regular expressions, where not as its term. */
  readonly spellings?: readonly string[];
  readonly means: string;
  /** What to think of a value: good, bad, usual. */
  readonly reading: string;
}

export const GLOSSARY = {
  accuracy: {
    term: 'Accuracy, top-1',
    spellings: ['top-1', 'Top-1'],
    means: 'Share of the labelled samples whose first answer is the label.',
    reading: 'Higher is better. Compare it with the original’s on the same samples: its own value says how hard the samples are.',
  },
  top5: {
    term: 'Top-5',
    means: 'Share of the labelled samples whose label is among the five likeliest answers.',
    reading: 'Higher is better. It falls later than top-1, so a fall here is a loss indeed.',
  },
  interval: {
    term: '95 % interval',
    means: 'Where the value would lie for 95 of 100 other draws of as many samples.',
    reading: 'Narrow is good, and more samples make it so. Where the change’s interval holds 0, no change was shown.',
  },
  points: {
    term: 'Points',
    spellings: ['points', 'Points'],
    means: 'Percentage points: 76 % to 75 % is one point lost.',
    reading: 'Under 1 point is rarely felt; above 3 it is a worse model.',
  },
  p: {
    term: 'p',
    spellings: ['p ='],
    means: 'How often chance alone would change as many answers one way as was seen.',
    reading: 'Under 0.05 the change is taken for real; above, it is not told from chance.',
  },
  agreement: {
    term: 'Agreement',
    spellings: ['Agreement', 'agreement', 'answers kept'],
    means: 'Share of inputs for which the result gives the same first answer as the original, right or wrong.',
    reading: 'Above 99 % hardly anything changed; under 90 % it is another model. It needs no labels, and is not accuracy.',
  },
  cosine: {
    term: 'Cosine',
    spellings: ['cosine', 'Cosine'],
    means: 'How far the outputs point the same way before and after, from −1 to 1.',
    reading: '1 is the same; above 0.999 is close, under 0.98 look at what changed.',
  },
  sqnr: {
    term: 'SQNR',
    spellings: ['SQNR', 'Signal to noise'],
    means: 'Signal to quantization noise, in decibels: how much larger the values are than the error that was made in them.',
    reading:
      'Higher is better, and 6 dB are one bit. Above 30 dB is safe for most layers, ' +
      'under 10 dB is a rough copy; “exact” is no error at all.',
  },
  kl: {
    term: 'KL divergence',
    spellings: ['KL'],
    means: 'How far the probabilities of the answers moved from the original’s, in nats.',
    reading: 'Lower is better: under 0.001 nothing is felt, above 0.1 answers change, above 1 the model is ruined.',
  },
  noise: {
    term: 'Noise over signal',
    means: 'Error in the outputs as a part of their size, squared; used where outputs are no class scores.',
    reading: 'Lower is better: 0.001 is 30 dB of SQNR, 1 is an error as large as the output.',
  },
  loss: {
    term: 'Loss of a layer',
    spellings: ['Sum of losses', 'loses'],
    means: 'What a setting of one layer alone costs: KL, or noise over signal where there are no classes. A plan adds them up.',
    reading: 'Lower is better. The sum is a forecast: what was measured stands beside it.',
  },
  live: {
    term: 'Live',
    spellings: [', live'],
    means: 'Scored while the sliders move, on the weights in memory; “written file” is scored on the bytes you download.',
    reading: 'Both should agree. The written file counts.',
  },
  madeUp: {
    term: 'Made-up inputs',
    spellings: ['made-up inputs', 'Random inputs'],
    means: 'Random inputs that stand in where there are no samples.',
    reading: 'Good to see that a result runs; bad as a measure: real samples can behave otherwise.',
  },
  latency: {
    term: 'Latency, median',
    spellings: ['Latency', 'latency'],
    means: 'Time of one inference: half of the runs take longer. Original and result run in turns.',
    reading: 'Lower is better. Within 5 % of each other is no measurable change.',
  },
  p10: {
    term: 'p10 to p90',
    spellings: ['p10'],
    means: 'The time that 10 of 100 runs stay under, to the one that 90 stay under.',
    reading: 'Close together is good: wide spreads mean that the machine does other things too.',
  },
  gzip: {
    term: 'Gzip and brotli',
    spellings: ['gzip', 'Gzip', 'brotli', 'Brotli'],
    means: 'The file’s size once compressed, as web servers send it.',
    reading: 'Lower is better for downloads. Zeros and repeated values only pay here.',
  },
  bits: {
    term: 'Bits',
    spellings: ['bits', 'Bits', '8-bit', '4-bit'],
    means: 'How many bits each weight is stored in; floats take 32 or 16.',
    reading: '8 rarely costs accuracy, 4 often needs fitted rounding, below 4 most models need help layer by layer.',
  },
  sparsity: {
    term: 'Sparsity',
    spellings: ['Sparsity', 'sparsity', 'Zeros'],
    means: 'Share of the weights that are exactly zero.',
    reading: 'More is smaller once compressed, not faster. Up to 50 % is often harmless, above 80 % rarely.',
  },
  packed: {
    term: 'Packed',
    spellings: ['Packed', 'packed'],
    means: 'Weights stored in exactly their bits, and unfolded once when the model loads.',
    reading: 'The smallest file that every ONNX runtime reads; not faster, since it computes on floats.',
  },
  granularity: {
    term: 'Granularity',
    means: 'How many weights share one scale.',
    reading: 'Fewer is more accurate and stores more scales: a channel is usual, blocks help at 4 bits and below.',
  },
  scheme: {
    term: 'Scheme',
    spellings: ['Symmetric', 'Asymmetric'],
    means: 'Whether the grid of values is centred on zero.',
    reading: 'Symmetric is simpler and usual for weights; asymmetric helps where they are one-sided.',
  },
  gptq: {
    term: 'GPTQ',
    means: 'Rounds weight by weight and lets those still to come make up for each error, on your samples.',
    reading: 'Far better than the nearest value at 4 bits and below; takes seconds to minutes.',
  },
  adaround: {
    term: 'AdaRound',
    means: 'Learns for every weight whether to round up or down, on your samples.',
    reading: 'Often the best at 4 bits and below, and the slowest.',
  },
  hqq: {
    term: 'HQQ',
    means: 'Half-quadratic quantization: shifts the grid so that few large errors remain, without samples.',
    reading: 'Better than the nearest value where there are no samples; with samples GPTQ is better.',
  },
  clusters: {
    term: 'Clusters',
    spellings: ['Clusters', 'clusters'],
    means: 'Values that the weights share: each weight stores only which one it is.',
    reading: '16 cost 4 bits a weight, and are closer than an even grid of 4 bits.',
  },
  calibration: {
    term: 'Samples that passes learn from',
    spellings: ['Fitting to your samples', 'fitted'],
    means: 'Some of your samples set aside, on which rounding and ranges are fitted; they are left out of every score.',
    reading: '128 are usual. Too few, or unlike what the model will see, fit the wrong thing.',
  },
  batchNorm: {
    term: 'Batch norm',
    spellings: ['batch-norm', 'batch norm'],
    means: 'A step that rescales each channel; folding merges it into the layer before.',
    reading: 'Folding is free: the outputs stay the same, and there is less to compute.',
  },
  params: {
    term: 'Params',
    spellings: ['params', 'Params', 'Parameters'],
    means: 'Number of weights.',
    reading: 'Neither good nor bad: it says where the bytes are.',
  },
  macs: {
    term: 'Multiply-accumulates',
    spellings: ['MACs'],
    means: 'Multiplications with an addition that one inference takes.',
    reading: 'Fewer is usually faster; quantizing and zeros leave the number as it is.',
  },
  opset: {
    term: 'Opset',
    spellings: ['opset', 'Opset'],
    means: 'Version of ONNX’ list of operators that the file is written for.',
    reading: 'Any from 7 to 25 is read, and the result keeps its own.',
  },
  webgpu: {
    term: 'WebGPU',
    means: 'The browser’s way to the graphics processor. It computes in floats, whatever the bits of the file.',
    reading: 'Fast for large models. Fewer bits make a file smaller there, hardly faster.',
  },
  wasm: {
    term: 'WASM',
    means: 'WebAssembly: the browser’s way to compute on the processor.',
    reading: 'Runs everywhere; 8-bit integers are faster there than floats.',
  },
  check: {
    term: 'Check of the backends',
    spellings: ['agrees with WASM', 'not checked', 'max error'],
    means: 'The same inputs run on WebGPU and on WASM, and the largest difference between them.',
    reading: 'Under a thousandth of the values is rounding. Where they differ, WASM is taken.',
  },
  front: {
    term: 'The front',
    spellings: ['nothing measured is both smaller and better'],
    means: 'The recipes that no other beats in size and score at once.',
    reading: 'Choose among these: every other one is larger for no gain.',
  },
  confusion: {
    term: 'Confusion',
    means: 'How often samples of one class are answered as another.',
    reading: 'A pair that grew is a mistake that the result makes and the original did not.',
  },
  histogram: {
    term: 'Levels and grid',
    spellings: ['levels', 'grid step'],
    means: 'The few values that quantized weights may take, and the distance between two of them.',
    reading: 'A finer step is closer to the original; weights beyond the last level are cut to it.',
  },
  gops: {
    term: 'GOPS',
    means: 'Billions of operations a second.',
    reading: 'Higher is better. What a smaller type gains here is the most that a model could gain.',
  },
  placement: {
    term: 'Copies between GPU and CPU',
    spellings: ['copies between them', 'Where operators run'],
    means: 'Operators that the GPU does not have run on the processor, and values travel there and back.',
    reading: 'None is good: each copy makes the GPU wait.',
  },
  batch: {
    term: 'Batch',
    spellings: ['batch(?!.norm)', 'Batches'],
    means: 'Samples that are run at once.',
    reading: 'Larger batches give more samples a second, and each answer later.',
  },
  offset: {
    term: 'Label offset',
    means: 'What is added to a label to get the class that the model counts from 0.',
    reading: 'Mostly 0; 1 where the model keeps a class for “none of these”.',
  },
  limit: {
    term: 'Lose at most',
    means: 'The points of accuracy that a plan may cost, judged by the interval of what was measured.',
    reading: '1 is a usual limit. More samples decide sooner whether it is kept.',
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type TermId = keyof typeof GLOSSARY;

/** The term with its explanation, as help buttons show it. */
export function entryOf(id: TermId): Entry {
  return GLOSSARY[id];
}

/** Words of the trade that settings of passes bring along, by the setting's key. */
const OF_OPTIONS: Readonly<Record<string, readonly TermId[]>> = {
  bits: ['bits'],
  weightBits: ['bits'],
  scheme: ['scheme'],
  granularity: ['granularity'],
  rounding: ['gptq', 'adaround', 'hqq', 'calibration'],
  storage: ['packed'],
  sparsity: ['sparsity'],
  clusters: ['clusters'],
  refine: ['calibration'],
};

/** @param key of a field of a pass's meta; none for most. */
export function termsOfOption(key: string): readonly TermId[] {
  return OF_OPTIONS[key] ?? [];
}
