/** A share at a number of interactions. */
export interface Point {
  at: number;
  share: number;
}

/** Something that happened at a number of interactions. */
export interface Mark {
  at: number;
  label: string;
}

const [width, height, left, top, right, bottom] = [860, 380, 60, 30, 20, 50];

/** A line chart as SVG: shares in [0, 1] over interactions, with dashed lines where something happened. */
export function chart(title: string, points: Point[], marks: Mark[]): string {
  const end = Math.max(1, ...points.map(({ at }) => at));
  const x = (at: number) => left + ((width - left - right) * at) / end;
  const y = (share: number) => height - bottom - (height - top - bottom) * share;
  const line = points.map(({ at, share }) => `${x(at).toFixed(1)},${y(share).toFixed(1)}`).join(' ');
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line x1="${left}" x2="${width - right}" y1="${y(share)}" y2="${y(share)}" stroke="#ddd"/>` +
      `<text x="${left - 8}" y="${y(share) + 4}" text-anchor="end">${share * 100} %</text>`,
  );
  const events = marks.map(
    ({ at, label }, i) =>
      `<line x1="${x(at)}" x2="${x(at)}" y1="${top}" y2="${height - bottom}" stroke="#888" stroke-dasharray="4 4"/>` +
      `<text x="${x(at) - 4}" y="${top + 14 + 16 * i}" text-anchor="end">${label}</text>`,
  );
  const body = [
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="${left}" y="18" font-weight="bold">${title}</text>`,
    ...grid,
    ...events,
    `<polyline points="${line}" fill="none" stroke="#1f6feb" stroke-width="2"/>`,
    `<text x="${(left + width - right) / 2}" y="${height - 14}" text-anchor="middle">interactions (to ${end})</text>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">\n${body.join('\n')}\n</svg>\n`;
}
