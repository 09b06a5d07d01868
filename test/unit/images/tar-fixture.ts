/** Fields of a hand-made tar header; numbers are written as octal digits unless given as text. */
export interface HeaderFields {
  readonly name?: string;
  readonly type?: string;
  readonly size?: number | Buffer;
  readonly mode?: number;
  readonly uid?: number | Buffer;
  readonly gid?: number;
  readonly mtime?: number | Buffer;
  readonly link?: string;
  readonly magic?: string;
  readonly prefix?: string;
  readonly major?: number;
  readonly minor?: number;
  /** Called before the checksum is computed. */
  readonly change?: (block: Buffer) => void;
}

/** A header block with a right checksum. */
export function header(fields: HeaderFields = {}): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number | Buffer, offset: number, length: number) => {
    if (typeof value === 'number') block.write(value.toString(8).padStart(length - 1, '0'), offset, 'latin1');
    else value.copy(block, offset);
  };
  block.write(fields.name ?? 'file', 0, 100, 'latin1');
  octal(fields.mode ?? 0o644, 100, 8);
  octal(fields.uid ?? 0, 108, 8);
  octal(fields.gid ?? 0, 116, 8);
  octal(fields.size ?? 0, 124, 12);
  octal(fields.mtime ?? 0, 136, 12);
  block.write(fields.type ?? '0', 156, 'latin1');
  block.write(fields.link ?? '', 157, 100, 'latin1');
  block.write(fields.magic ?? 'ustar\x0000', 257, 8, 'latin1');
  octal(fields.major ?? 0, 329, 8);
  octal(fields.minor ?? 0, 337, 8);
  block.write(fields.prefix ?? '', 345, 155, 'latin1');
  fields.change?.(block);
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Content with its padding to whole blocks. */
export function padded(content: string | Buffer): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** A file entry: header and content. */
export function file(name: string, content = '', fields: HeaderFields = {}): Buffer {
  return Buffer.concat([header({ name, size: content.length, ...fields }), padded(content)]);
}

/** A pax header of the given kind with the records, values as byte strings. */
export function pax(
  records: Readonly<Record<string, string>> | readonly (readonly [string, string])[],
  type = 'x',
): Buffer {
  const pairs = Array.isArray(records) ? records : Object.entries(records);
  const body = pairs
    .map(([key, value]) => {
      const tail = ` ${key}=${value}\n`;
      let length = tail.length + 1;
      while (String(length).length + tail.length !== length) length = String(length).length + tail.length;
      return `${length}${tail}`;
    })
    .join('');
  return Buffer.concat([header({ name: 'pax', type, size: body.length }), padded(body)]);
}

/** A GNU long name (`L`) or long link (`K`). */
export function gnuLong(type: 'L' | 'K', text: string): Buffer {
  return Buffer.concat([header({ name: '././@LongLink', type, size: text.length + 1 }), padded(`${text}\0`)]);
}

/** The parts and the two zero blocks at the end. */
export function archive(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
