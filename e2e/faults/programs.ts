import { ensureInstalled } from '@learning-loop/testing/ensure-installed';

/** Debian packages whose name differs from the program's. */
const packages: Record<string, string> = { unshare: 'util-linux', nsenter: 'util-linux' };

/** Installs missing programs if permitted. Throws with the names of those that are still missing. */
export async function requirePrograms(names: string[]): Promise<void> {
  const missing: string[] = [];
  for (const name of names) if (!(await ensureInstalled(name, packages[name] ?? name))) missing.push(name);
  if (missing.length === 0) return;
  throw new Error(`This machine lacks ${missing.join(', ')}: install it, then this fault can be made.`);
}
