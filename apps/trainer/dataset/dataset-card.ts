import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from './manifest.ts';

const samplesPerFile = 2;
const maxSampleLength = 1_500;

/** In the format of Hugging Face's dataset cards. */
export async function datasetCard(directory: string, manifest: Manifest): Promise<string> {
  const jsonl = Object.keys(manifest.files).filter((file) => /^[a-z_]+\.jsonl$/.test(file));
  const samples = await Promise.all(jsonl.map((file) => formatSamples(directory, file)));
  return [
    formatFrontMatter(jsonl),
    `# Picks of tenant \`${manifest.tenant_id}\`, ${manifest.created_at.slice(0, 10)}\n`,
    `Version \`${manifest.version}\`, built by \`${manifest.code_version}\` from ${manifest.segments.length} log segments. ` +
      'Every sample is a choice that a user made among hypotheses of what they meant. `<name>.jsonl` is to train on; ' +
      '`.validation` and `.test` hold other users. Parquet files hold all splits.\n',
    ...manifest.notes.map((note) => `> ${note}\n`),
    '## Files\n',
    formatTable(
      ['File', 'Samples', 'Bytes', 'SHA-256'],
      Object.entries(manifest.files).map(([file, { samples: n, bytes, sha256 }]) => [
        `\`${file}\``,
        n ?? '',
        bytes,
        `\`${sha256.slice(0, 16)}…\``,
      ]),
    ),
    '## What was left after each step\n',
    ...Object.entries(manifest.filters).map(([log, counts]) =>
      formatTable([`\`${log}\``, 'Lines'], Object.entries(counts)),
    ),
    `Personal data was replaced in ${manifest.scrubbed_samples} samples.\n`,
    '## Samples\n',
    ...samples,
  ].join('\n');
}

function formatFrontMatter(jsonl: string[]): string {
  const configs = jsonl.map((file) => {
    const name = file.replace('.jsonl', '');
    const splits = [
      ['train', file],
      ['validation', `${name}.validation.jsonl`],
      ['test', `${name}.test.jsonl`],
    ];
    const files = splits.map(([split, path]) => `      - split: ${split}\n        path: ${path}`);
    return `  - config_name: ${name}\n    data_files:\n${files.join('\n')}`;
  });
  return `---\nlanguage: en\ntask_categories: [text-generation]\nconfigs:\n${configs.join('\n')}\n---\n`;
}

function formatTable(head: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}

async function formatSamples(directory: string, file: string): Promise<string> {
  const lines: string[] = [];
  await using handle = await open(join(directory, file));
  for await (const line of handle.readLines({ autoClose: false })) {
    if (lines.push(line.slice(0, maxSampleLength)) === samplesPerFile) break;
  }
  return `\`${file}\`\n\n\`\`\`json\n${lines.join('\n')}\n\`\`\`\n`;
}
