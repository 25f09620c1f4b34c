/** Dispatches of one submission at most: a longer one could hold the device too long for its driver. */
const SLOTS = 256;

/** Uniform structs of one submission's dispatches, side by side in one buffer that is written once. */
export class UniformArena {
  private readonly device: GPUDevice;
  private readonly slotWords: number;
  private readonly words: Uint32Array<ArrayBuffer>;
  private buffer: GPUBuffer | null = null;
  private used = 0;

  constructor(device: GPUDevice) {
    this.device = device;
    this.slotWords = device.limits.minUniformBufferOffsetAlignment / 4;
    this.words = new Uint32Array(SLOTS * this.slotWords);
  }

  /** A place for one dispatch's words; null where this submission has no more, or no slot holds so many. */
  place(words: Uint32Array): GPUBufferBinding | null {
    if (this.used === SLOTS || words.length > this.slotWords) return null;
    this.buffer ??= this.device.createBuffer({ size: this.words.byteLength, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    const at = this.used++ * this.slotWords;
    this.words.set(words, at);
    return { buffer: this.buffer, offset: at * 4, size: Math.ceil(words.length / 4) * 16 };
  }

  /** Writes the words that were placed and starts anew: what is submitted next reads them, what was submitted before has its own. */
  write(): void {
    if (this.buffer && this.used > 0) this.device.queue.writeBuffer(this.buffer, 0, this.words, 0, this.used * this.slotWords);
    this.used = 0;
  }

  destroy(): void {
    this.buffer?.destroy();
    this.buffer = null;
  }
}
