import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Bill {
  bomFormat: string;
  specVersion: string;
  metadata: { component: { 'bom-ref': string } };
  components: { 'bom-ref': string; purl?: string; version?: string }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

const file = process.argv[2] ?? 'sbom.cdx.json';
const asked = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--out', file];
execFileSync('pnpm', ['sbom', ...asked], { stdio: ['ignore', 'ignore', 'inherit'] });
const bill: Bill = JSON.parse(readFileSync(file, 'utf8'));

const refs = new Set([bill.metadata.component, ...bill.components].map((one) => one['bom-ref']));
const unnamed = bill.components.filter(({ purl, version }) => !purl || !version).map((one) => one['bom-ref']);
const used = bill.dependencies.flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn]);
const dangling = used.filter((ref) => !refs.has(ref));
for (const ref of [...unnamed, ...dangling]) process.stderr.write(`${ref} is not described\n`);
const { bomFormat, specVersion, components } = bill;
process.stdout.write(`${file}: ${bomFormat} ${specVersion}, ${components.length} components\n`);
process.exitCode = components.length > 0 && unnamed.length + dangling.length === 0 ? 0 : 1;
