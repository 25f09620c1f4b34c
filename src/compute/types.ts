/**
 * Tensor work on weights, behind one interface with two makers: `cpu/` (slow and obvious, the oracle and the fallback) and
 * `webgpu/`. Callers never see a device. All handles are float32; other weight types are widened on upload by the caller.
 */

/**
 * How a tensor's elements fall into quantization groups. The tensor is viewed row-major as [outer, channels, inner].
 * Element e has o = floor(e / (channels*inner)), c = floor(e / inner) % channels, i = e % inner, and reduced index
 * r = o*inner + i (its position among its channel's elements). Its group is c*blocksPerChannel + floor(r / block) with
 * blocksPerChannel = ceil(outer*inner / block).
 * Per tensor: {1, 1, size, size}. Per output channel of Conv [M,C,kH,kW]: {1, M, C*kH*kW, C*kH*kW}; of MatMul [K,N]: {K, N, 1, K}.
 */
export interface Groups {
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
  readonly block: number;
}

export function blocksPerChannel(g: Groups): number {
  return g.block === 0 ? 0 : Math.ceil((g.outer * g.inner) / g.block);
}

export function groupCount(g: Groups): number {
  return g.channels * blocksPerChannel(g);
}

/** A float32 tensor that lives with its maker (GPU buffer or array). The owner destroys it. */
export interface Handle {
  readonly length: number;
  destroy(): void;
}

export interface Ranges {
  /** One value a group. */
  readonly min: Float32Array;
  readonly max: Float32Array;
}

/** Uniform affine grid, one scale and zero point a group: value = (code - zeroPoint) * scale, code in [qMin, qMax]. */
export interface Grid {
  readonly groups: Groups;
  readonly bits: number;
  /** Lowest and highest code: -2^(b-1)..2^(b-1)-1 symmetric, 0..2^b-1 asymmetric. */
  readonly qMin: number;
  readonly qMax: number;
  readonly scales: Float32Array;
  readonly zeroPoints: Int32Array;
}

/** A table a group whose values weights are made of: value = values[group * size + code], code in [0, size). */
export interface Codebook {
  readonly groups: Groups;
  /** Values a group, 1..256. */
  readonly size: number;
  /** [groups, size], each group's ascending; the last may repeat where a group has fewer. */
  readonly values: Float32Array;
}

/** Sums for SQNR over a whole tensor, in float64: 10*log10(signal/noise). */
export interface ErrorSums {
  readonly signal: number;
  readonly noise: number;
}

/**
 * Exact magnitude cut over tensors taken in order: element (t, i) is cut when |w| bits < `bits`, or when they are equal and
 * (t, i) comes before (tieTensor, tieIndex). So exactly `count` elements are cut.
 */
export interface MagnitudeCut {
  /** bitcast<u32>(|w|) of the first kept magnitude. */
  readonly bits: number;
  /** The same as a float, for display: the prune threshold. */
  readonly threshold: number;
  readonly tieTensor: number;
  readonly tieIndex: number;
  readonly count: number;
}

export interface HistogramBins {
  readonly lo: number;
  readonly hi: number;
  /** counts[k] covers [lo + k*w, lo + (k+1)*w), w = (hi-lo)/counts.length; the last bin includes hi. Outside values clamp to the end bins. */
  readonly counts: Uint32Array;
}

/** Weights as a matrix of rows that are rounded for themselves. Rows fall into equal runs, one an input group. */
export interface FeedbackShape {
  readonly groups: number;
  readonly rows: number;
  readonly columns: number;
}

/** What weights may become. Blocks are runs of columns with scales of their own. */
export type FeedbackLevels =
  | {
      readonly kind: 'grid';
      readonly qMin: number;
      readonly qMax: number;
      /** [blocks, rows]. */
      readonly scales: Float32Array;
      readonly zeroPoints: Int32Array;
      /** The block of each column. */
      readonly blockOf: Uint32Array;
    }
  | {
      readonly kind: 'codebook';
      /** Values of one book; [books, size], each ascending. */
      readonly size: number;
      readonly values: Float32Array;
      /** The book of each row. */
      readonly bookOf: Uint32Array;
    };

export interface AdaroundOptions {
  /** Steps of the optimization, each over all weights. */
  readonly iterations: number;
  readonly signal: AbortSignal;
  /** Told how many steps are done, now and then. */
  readonly onIteration: (done: number) => void;
}

/** Levels of a uniform grid. */
export type GridLevels = FeedbackLevels & { readonly kind: 'grid' };

export type MatmulKind = 'f32' | 'f16' | 'int8';

export interface MatmulTiming {
  readonly kind: MatmulKind;
  readonly size: number;
  /** Billions of multiply-adds x2 per second over `runs` measured repeats; null with `reason` where the device cannot. */
  readonly gops: { readonly median: number; readonly p10: number; readonly p90: number; readonly runs: number } | null;
  readonly clock: 'timestamp-query' | 'queue' | 'cpu';
  readonly reason: string;
}

export interface ComputeInfo {
  readonly kind: 'cpu' | 'webgpu';
  /** Adapter in words, e.g. "apple metal-3" or "CPU". */
  readonly name: string;
  readonly features: readonly string[];
  readonly maxBufferBytes: number;
  /** True where the adapter is a software renderer. */
  readonly software: boolean;
}

export interface Compute {
  readonly info: ComputeInfo;
  /** Copies the data in. The array may be reused at once. */
  upload(data: Float32Array): Handle;
  download(handle: Handle): Promise<Float32Array<ArrayBuffer>>;
  /** Min and max a group. Throws `non-finite-weights` naming the count where a value is NaN or infinite. Empty group: 0, 0. */
  ranges(w: Handle, groups: Groups): Promise<Ranges>;
  histogram(w: Handle, lo: number, hi: number, bins: number): Promise<HistogramBins>;
  /**
   * For each group and each candidate clip ratio in (0, 1], the sum of squared errors when the group's grid is `grid` with its
   * scale multiplied by the ratio (zero point unchanged). Result is [group * ratios.length + ratio].
   */
  clipErrors(w: Handle, grid: Grid, ratios: Float32Array): Promise<Float32Array>;
  /** Fake-quantize: nearest grid value (round half to even), as a new handle, or into `into`. */
  quantize(w: Handle, grid: Grid, into?: Handle): Handle;
  /** Codes of values, one byte each, as stored: symmetric codes in two's complement. */
  codes(w: Handle, grid: Grid): Promise<Uint8Array<ArrayBuffer>>;
  /** The nearest value of each group's codebook (of two equally near, the higher), as a new handle, or into `into`. */
  assign(w: Handle, codebook: Codebook, into?: Handle): Handle;
  /** Codes of those values, one byte each. */
  assignCodes(w: Handle, codebook: Codebook): Promise<Uint8Array<ArrayBuffer>>;
  errorSums(reference: Handle, w: Handle): Promise<ErrorSums>;
  countZeros(w: Handle): Promise<number>;
  /** Exact cut of the `count` smallest magnitudes over all tensors together (0 <= count <= total). */
  magnitudeCut(tensors: readonly Handle[], count: number): Promise<MagnitudeCut>;
  /** Number of elements with |w| < threshold, over all tensors. */
  countBelow(tensors: readonly Handle[], threshold: number): Promise<number>;
  /** Zero the cut elements of tensor number `tensor` of the list the cut was made from, as a new handle, or into `into`. */
  applyCut(w: Handle, tensor: number, cut: MagnitudeCut, into?: Handle): Handle;
  /**
   * Rounds each row to its levels one column after another; a column aims at its weight plus what the errors d (weight - rounded) of earlier
   * ones call for: sum over j < i of F[i, j] d[j]. The loss of a row is the sum of (F[i, i] (aim - rounded))^2. With F from the Cholesky factor
   * of a layer's input Hessian this is GPTQ (Frantar et al. 2022, arXiv 2210.17323), and the loss is the layer's squared output error.
   * Weights of exactly 0 are pruned: they are rounded as they are, and others make up for them.
   * @param w [columns, rows]. @param factor F, [groups, columns, columns]; see src/passes/hessian/factor.ts.
   * @returns values like w, to be destroyed by the caller, and losses [rows]. float32 sums on a GPU: near ties may fall the other way.
   */
  roundWithFeedback(w: Handle, factor: Handle, shape: FeedbackShape, levels: FeedbackLevels): Promise<{ readonly values: Handle; readonly losses: Float32Array<ArrayBuffer> }>;
  /**
   * AdaRound (Nagel et al. 2020, arXiv 2004.10568): learns for each weight which of two values it takes, so that the rows' errors D make
   * trace(D H D^T) + sum(1 - |2h - 1|^beta) least, by Adam over all weights at once; the shares h = clip(1.2 sigmoid(V) - 0.1, 0, 1) go to 0
   * or 1 as beta falls. The Gram matrix stands for all samples: none is drawn. Settings are those of src/compute/adaround.ts, for a Gram
   * matrix whose diagonal, and steps that, are about 1.
   * @param gram H, [groups, columns, columns], symmetric.
   * @param choices planes of [columns, rows]: error (value - weight) of the lower value; step to the upper; share of it to start with.
   * @returns shares of the upper values, [columns, rows]; at 0.5 and above the upper is meant. Stops within 0.2 s of the signal.
   */
  adaround(gram: Handle, choices: Float32Array, shape: FeedbackShape, options: AdaroundOptions): Promise<Float32Array<ArrayBuffer>>;
  /** Gram matrices times what the rows of their groups hold, H B. @param gram [groups, columns, columns]. @param b [columns, rows], as is the result. */
  gramProduct(gram: Handle, b: Float32Array, shape: FeedbackShape): Promise<Float32Array<ArrayBuffer>>;
  /** C[M,N] = A[M,K] x B[K,N], row-major float32. */
  matmul(a: Handle, b: Handle, m: number, k: number, n: number): Promise<Float32Array<ArrayBuffer>>;
  /** As above in half precision; `runtime-failed` where the device has no shader-f16. Inputs are rounded to f16, sums in f32. */
  matmulF16(a: Handle, b: Handle, m: number, k: number, n: number): Promise<Float32Array<ArrayBuffer>>;
  /** int8 x int8 with int32 sums, exact for K up to 131,071 whatever the values. A is [M,K], B is given transposed [N,K]; K is padded inside. */
  matmulInt8(a: Int8Array, bTransposed: Int8Array, m: number, k: number, n: number): Promise<Int32Array<ArrayBuffer>>;
  /** Warm-up, then at least `runs` timed repeats of a size^3 product; kinds are interleaved by the caller. */
  timeMatmul(kind: MatmulKind, size: number, runs: number, signal: AbortSignal): Promise<MatmulTiming>;
  /** Frees every buffer and pipeline. */
  destroy(): void;
}

/** What the WebGPU maker adds for the runtime, which feeds weights to sessions straight from these buffers. */
export interface GpuCompute extends Compute {
  readonly device: GPUDevice;
  bufferOf(handle: Handle): GPUBuffer;
  /** Settles when the device is lost, with the reason in words. */
  readonly lost: Promise<string>;
}
