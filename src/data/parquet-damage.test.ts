import type { ParquetWriter } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { openDataset } from './open';
import { cardOf } from './testing/files';
import { parquetOf } from './testing/parquet';
import { decodePpm, ppmText } from './testing/ppm';
import type { ImageDataset, NamedBlob } from './types';

const JOB = { signal: new AbortController().signal, onProgress: () => {} };
const CARD = cardOf({ format: 'parquet', images: undefined, input: { size: [1, 1] } });
const open = (file: NamedBlob): Promise<ImageDataset> => openDataset(CARD, [file], JOB, decodePpm);

const IMAGES = Array.from({ length: 40 }, (_, k) => new TextEncoder().encode(ppmText(k)));
const LABELS = IMAGES.map((_, k) => k % 3);

const made = (damage: (written: ParquetWriter) => void): NamedBlob => parquetOf('x.parquet', IMAGES, LABELS, 25, damage);

/** The column of the images' bytes in the first row group: the second, after the labels. */
function bytesColumn({ row_groups: [group] }: ParquetWriter) {
  const column = group?.columns[1];
  if (!column?.meta_data) throw new Error('the file has no such column');
  return { column, meta: column.meta_data };
}

const DAMAGES: readonly (readonly [string, (written: ParquetWriter) => void])[] = [
  [
    'its num_rows is 41, but its row groups have 40 rows',
    (w) => {
      w.num_rows++;
    },
  ],
  [
    'its num_rows is -1',
    (w) => {
      w.num_rows = -1n;
    },
  ],
  [
    'its num_rows is 4503599627370496, more than a file of',
    (w) => {
      w.num_rows = 2n ** 52n;
    },
  ],
  [
    'its num_rows is 9223372036854775807',
    (w) => {
      w.num_rows = 2n ** 63n - 1n;
    },
  ],
  [
    "row group 0's num_rows is -25",
    ({ row_groups: [group] }) => {
      if (group) group.num_rows = -group.num_rows;
    },
  ],
  [
    'row group 0, column "label" has 25 values for 26 rows',
    ({ row_groups: [group] }) => {
      if (group) group.num_rows++;
    },
  ],
  [
    '"root"\'s num_children is -2',
    ({ schema }) => {
      schema.splice(0, 1, { name: 'root', num_children: -2 });
    },
  ],
  [
    'its schema has 5 elements, of which its num_children reach only 2',
    ({ schema }) => {
      schema.splice(0, 1, { name: 'root', num_children: 1 });
    },
  ],
  [
    'its schema nests deeper than 32 levels',
    ({ schema }) => {
      schema.splice(0, 5, ...Array.from({ length: 50 }, (_, k) => ({ name: `s${k}`, num_children: k === 49 ? 0 : 1 })));
    },
  ],
  [
    'column "image.bytes" lies at the bytes 1000000 to',
    (w) => {
      bytesColumn(w).meta.data_page_offset = 1_000_000n;
    },
  ],
  [
    'total_compressed_size is -1',
    (w) => {
      bytesColumn(w).meta.total_compressed_size = -1n;
    },
  ],
  [
    'column "image.bytes" lies at the bytes',
    (w) => {
      bytesColumn(w).meta.total_compressed_size = 2n ** 40n;
    },
  ],
  [
    'column "image.nothing" is none of its schema',
    (w) => {
      bytesColumn(w).meta.path_in_schema = ['image', 'nothing'];
    },
  ],
  [
    'column "image.bytes" is of type INT64, in its schema of BYTE_ARRAY',
    (w) => {
      bytesColumn(w).meta.type = 'INT64';
    },
  ],
  [
    'column "image.bytes" has 1000000000 values for 25 rows',
    (w) => {
      bytesColumn(w).meta.num_values = 1_000_000_000n;
    },
  ],
];

test.each(DAMAGES)('metadata that cannot be: %s', async (message, damage) => {
  await expect(open(made(damage))).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringMatching(/^"x\.parquet" cannot be read as Parquet: /),
  });
  await expect(open(made(damage))).rejects.toMatchObject({ message: expect.stringContaining(message) });
});

/** The file with its footer's length, or its metadata, in place of its own. */
async function withFooter({ path, blob }: NamedBlob, length: number | null, metadata?: readonly number[]): Promise<NamedBlob> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(bytes.buffer);
  if (metadata) bytes.set(metadata, bytes.length - 8 - metadata.length);
  view.setUint32(bytes.length - 8, length ?? metadata?.length ?? 0, true);
  return { path, blob: new Blob([bytes]) };
}

test.each([
  ['its metadata have 4000000000 bytes, the file', 4_000_000_000, undefined],
  ['its metadata have 0 bytes', 0, undefined],
  ['its metadata are damaged: they name no schema or no row groups', null, [0x15, 2, 0]],
  // Field 1, a list of 100,000,000 numbers.
  ['a list of 100000000 items does not fit the 2 bytes that are left', null, [0x19, 0xf5, 0x80, 0xc2, 0xd7, 0x2f, 0, 0]],
  ['it has a number of more than 10 bytes', null, [0x16, ...Array.from({ length: 300 }, () => 0xff), 0, 0]],
  ['it nests deeper than 32 levels', null, Array.from({ length: 400 }, () => 0x1c)],
  ['a text of 268435455 bytes does not fit', null, [0x18, 0xff, 0xff, 0xff, 0x7f]],
] as const)('a footer that cannot be: %s', async (message, length, metadata) => {
  await expect(
    open(
      await withFooter(
        made(() => {}),
        length,
        metadata,
      ),
    ),
  ).rejects.toMatchObject({ code: 'bad-data', message: expect.stringContaining(message) });
});

test.each([
  [63, 'the num_children of "root" is 63, but 4 elements of its schema follow'],
  [3, 'its schema ends before the num_children that it tells'],
])('a schema whose root has %i children', async (children, message) => {
  const { path, blob } = made(() => {});
  const bytes = new Uint8Array(await blob.arrayBuffer());
  // In Thrift: a text "root", then field 5, the number 2 as 4.
  const at = new TextDecoder('latin1').decode(bytes).lastIndexOf('root\x15\x04');
  bytes[at + 5] = 2 * children;
  await expect(open({ path, blob: new Blob([bytes]) })).rejects.toMatchObject({
    code: 'bad-data',
    message: expect.stringContaining(message),
  });
});

test('an undamaged file of the same maker is read', async () => {
  expect((await open(made(() => {}))).length).toBe(40);
});
