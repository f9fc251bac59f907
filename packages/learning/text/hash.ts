/** A text as 32 bits (FNV-1a, its bits mixed once more): equal for equal texts, and hardly ever for others. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixed(hash);
}

/** The hash of a row of hashes; their order counts. */
export function joined(hash: number, next: number): number {
  return mixed(Math.imul(hash, 31) ^ next);
}

function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return once ^ (once >>> 13);
}
