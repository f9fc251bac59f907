import { createHash } from 'node:crypto';
import { memoryKey } from './extract.ts';

/**
 * The key under which a memory is stored: contents of the same meaning have the same one. A digest, because keys
 * are indexed, an index entry has a limit that a long text would pass, and a forgotten memory keeps its key only.
 */
export function contentKey(content: string): string {
  return createHash('sha256').update(memoryKey(content)).digest('base64url');
}
