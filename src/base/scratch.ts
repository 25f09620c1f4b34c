/** Gives arrays of floats that share one buffer, made anew only to grow: each is valid until the next is asked for. */
export type FloatMaker = (length: number) => Float32Array<ArrayBuffer>;

/** Arrays of one maker overwrite each other: for values that are used up before the next are asked for. */
export function createScratch(): FloatMaker {
  let buffer = new Float32Array(0);
  return (length) => {
    if (length > buffer.length) buffer = new Float32Array(length);
    return buffer.subarray(0, length);
  };
}

/** A new array each time. */
export const newFloats: FloatMaker = (length) => new Float32Array(length);
