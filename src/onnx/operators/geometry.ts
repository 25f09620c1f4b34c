/** Where the channels of a weight lie in memory: what equalization, Gram matrices, folding and smoothing all ask. */

/**
 * A weight as groups of output and input channels that meet in a kernel of `places` elements, one after another:
 * element = group * groupStride + output * outputStride + input * inputStride + place.
 */
export interface Geometry {
  readonly groups: number;
  /** In one group. */
  readonly outputs: number;
  readonly inputs: number;
  readonly places: number;
  readonly groupStride: number;
  readonly outputStride: number;
  readonly inputStride: number;
  /** Each input is spread over the places of the kernel, where kernels overlap; else each output gathers them. */
  readonly scatters: boolean;
}

/** [groups, outputs, inputs, places]. */
export function outputMajor(groups: number, outputs: number, inputs: number, places = 1): Geometry {
  return {
    groups,
    outputs,
    inputs,
    places,
    groupStride: outputs * inputs * places,
    outputStride: inputs * places,
    inputStride: places,
    scatters: false,
  };
}

/** [groups, inputs, outputs, places]. */
export function inputMajor(groups: number, inputs: number, outputs: number, places = 1): Geometry {
  return {
    groups,
    outputs,
    inputs,
    places,
    groupStride: outputs * inputs * places,
    outputStride: places,
    inputStride: outputs * places,
    scatters: false,
  };
}

/** Output channels of all groups together. */
export function outputsOf({ groups, outputs }: Geometry): number {
  return groups * outputs;
}

/** Input channels of all groups together. */
export function inputsOf({ groups, inputs }: Geometry): number {
  return groups * inputs;
}

/** The input channel of an element of the tensor. */
export function inputOf({ groups, inputs, groupStride, inputStride }: Geometry, element: number): number {
  const group = groups === 1 ? 0 : Math.floor(element / groupStride);
  return group * inputs + (Math.floor((element - group * groupStride) / inputStride) % inputs);
}

/**
 * How a weight's elements are the matrix that multiplies columns of the input: element = group*groupStride + row*rowStride +
 * column*columnStride.
 */
export interface WeightMatrix {
  /** Runs of rows with columns of their own: groups of a convolution, directions of an LSTM. */
  readonly groups: number;
  /** In one group. */
  readonly rows: number;
  readonly columns: number;
  readonly groupStride: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** A column is an input channel at a kernel place; where inputs scatter, a row is an output channel at one, and overlaps are left out. */
export function matrixOf({ groups, outputs, inputs, places, groupStride, outputStride, inputStride, scatters }: Geometry): WeightMatrix {
  if (scatters) return { groups, rows: outputs * places, columns: inputs, groupStride, rowStride: 1, columnStride: inputStride };
  return {
    groups,
    rows: outputs,
    columns: inputs * places,
    groupStride,
    rowStride: outputStride,
    columnStride: places === 1 ? inputStride : 1,
  };
}

/** Calls `visit` for every pair of channels that meet in a kernel, with the place of its first weight, in the order of the tensor. */
export function eachKernel(geometry: Geometry, visit: (output: number, input: number, start: number) => void): void {
  const { groups, outputs, inputs, groupStride, outputStride, inputStride } = geometry;
  const outer = outputStride >= inputStride;
  for (let g = 0; g < groups; g++) {
    for (let a = 0; a < (outer ? outputs : inputs); a++) {
      for (let b = 0; b < (outer ? inputs : outputs); b++) {
        const [output, input] = outer ? [a, b] : [b, a];
        visit(g * outputs + output, g * inputs + input, g * groupStride + output * outputStride + input * inputStride);
      }
    }
  }
}

/**
 * Multiplies values (of whole kernels, or one for each, in the order of `eachKernel`) by the factor of their output and of their input
 * channel, in place.
 */
export function scaleChannels(geometry: Geometry, values: Float32Array, outputs: Float64Array | null, inputs: Float64Array | null): void {
  const width = values.length / (geometry.groups * geometry.outputs * geometry.inputs);
  let start = 0;
  eachKernel(geometry, (output, input) => {
    const factor = (outputs?.[output] ?? 1) * (inputs?.[input] ?? 1);
    for (let e = start; e < start + width; e++) values[e] = (values[e] ?? 0) * factor;
    start += width;
  });
}

/** What inputs that are constant, one value a channel, give each output channel: the sum over all kernels. */
export function sumOverInputs(geometry: Geometry, weights: ArrayLike<number>, constants: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(outputsOf(geometry));
  eachKernel(geometry, (output, input, start) => {
    const c = constants[input] ?? 0;
    if (c === 0) return;
    for (let e = start; e < start + geometry.places; e++) sums[output] = (sums[output] ?? 0) + (weights[e] ?? 0) * c;
  });
  return sums;
}
