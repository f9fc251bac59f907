import { ensureInstalled } from '@learning-loop/testing/ensure-installed';

/** The Debian package of a program, where its name is another. */
const packages: Record<string, string> = { unshare: 'util-linux', nsenter: 'util-linux' };

/** Installs what the machine lacks, where this user may. Throws with the names of what cannot be had. */
export async function requirePrograms(names: string[]): Promise<void> {
  const missing: string[] = [];
  for (const name of names) if (!(await ensureInstalled(name, packages[name] ?? name))) missing.push(name);
  if (missing.length === 0) return;
  throw new Error(`This machine lacks ${missing.join(', ')}: install it, then this fault can be made.`);
}
