/** A seeded UUID. Ids decide who gets which variant, and which lines are kept. */
export function seededId(random: () => number): string {
  const digits = Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  const parts = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `7${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
  ];
  return `${parts.join('-')}-${digits.slice(20)}`;
}
