import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { NamedBlob } from '../types';

/**
 * How Hugging Face's datasets writes images: a struct of bytes and path, integer labels, the features beside them. `damage` changes what
 * the file will say of itself after its values are written.
 */
export function parquetOf(
  path: string,
  images: readonly (Uint8Array | null)[],
  labels: readonly number[],
  rowGroupSize: number,
  damage?: (written: ParquetWriter) => void,
): NamedBlob {
  const features = { image: { _type: 'Image' }, label: { names: ['cat', 'dog', 'owl'], _type: 'ClassLabel' } };
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({
    writer,
    statistics: damage === undefined,
    schema: [
      { name: 'root', num_children: 2 },
      { name: 'label', type: 'INT64', repetition_type: 'OPTIONAL' },
      { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
      { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
      { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    ],
    kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }],
  });
  void parquet.write({
    columnData: [
      { name: 'label', data: labels.map(BigInt) },
      { name: 'image', data: images.map((image, k) => ({ bytes: image, path: `${k}.png` })) },
    ],
    rowGroupSize,
  });
  damage?.(parquet);
  void parquet.finish();
  return { path, blob: new Blob([writer.getBuffer()]) };
}
