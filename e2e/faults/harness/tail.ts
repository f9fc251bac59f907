import { open, stat } from 'node:fs/promises';

/** Each call returns what was appended since the last one, starting at the current end. */
export async function tail(file: string): Promise<() => Promise<string>> {
  let from = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  return async () => {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    if (size <= from) return '';
    const { buffer } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    from = size;
    return buffer.toString();
  };
}
