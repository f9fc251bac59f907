import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'tsdown';
import internal from './package.json' with { type: 'json' };

const here = import.meta.dirname;

/** What is published: one module without dependencies, its types, README and licence. */
export async function buildPackage(outDir: string): Promise<void> {
  await build({
    ...{ cwd: here, entry: 'index.ts', outDir, format: 'esm', platform: 'neutral', target: 'es2023' },
    ...{ dts: true, clean: false, logLevel: 'warn', config: false },
    deps: { alwaysBundle: [/^openapi-/] },
  });
  await copyFile(join(here, 'README.md'), join(outDir, 'README.md'));
  await copyFile(join(here, '../../LICENSE'), join(outDir, 'LICENSE'));
  await writeFile(join(outDir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

const manifest = {
  ...{ name: 'learning-loop', version: internal.version, type: 'module', license: 'MIT', sideEffects: false },
  description: 'Ask what your user means, and learn from every selection',
  keywords: ['llm', 'assistant', 'personalization', 'feedback', 'ranking'],
  exports: { '.': { types: './index.d.ts', default: './index.js' } },
  files: ['index.js', 'index.d.ts'],
  engines: { node: '>=20' },
  publishConfig: { access: 'public', provenance: true },
};

if (import.meta.main) {
  const outDir = join(here, 'dist');
  await buildPackage(outDir);
  process.stdout.write(`${outDir}: npm publish it from there.\n`);
}
