import { toTerms } from '../text/terms.ts';

/** Words of which only one can be the preferred one; a word of two axes stands in the first that fits. */
const axes = [
  'dark light bright black white',
  'window aisle middle',
  'tab space',
  'short long brief concise detailed verbose thorough lengthy',
  'small large big tiny huge',
  'hot cold iced',
  'warm cool',
  'quiet loud lively silent noisy peaceful',
  'cheap expensive luxury luxurious affordable budget',
  'morning evening afternoon night',
  'early late',
  'spicy mild bland',
  'sweet savoury savory salty',
  'formal casual informal',
  'online in-person offline',
  'digital printed paper physical',
  'single double',
  'soft hard firm',
  'manual automatic',
  'indoor outdoor',
  'metric imperial',
  'celsius fahrenheit',
  '12-hour 24-hour',
  'monthly yearly annual weekly daily',
  'american british',
  'camelcase snake_case kebab-case',
  'urban rural city countryside',
  'horizontal vertical',
  'left right',
  'remote on-site onsite',
  'synchronous asynchronous',
  'modern traditional classic',
  'simple complex complicated',
  'vegetarian vegan meaty',
  'sparkling still',
  'thin thick',
  'dry sweet',
  'wired wireless bluetooth',
  'electric gasoline petrol diesel',
  'functional object-oriented',
  'static dynamic',
];

const axisOf = new Map<string, string>();
for (const axis of axes) {
  const stems = axis.split(' ').map((word) =>
    toTerms(word)
      .map(({ stem }) => stem)
      .join('-'),
  );
  for (const stem of stems) if (!axisOf.has(stem)) axisOf.set(stem, stems.join('|'));
}

/** The exclusive slot that a free-text liking shares with its opposites, such as "light mode" with "dark mode". */
export function findOpposition(text: string): string | null {
  const stems = toTerms(text).map(({ stem }) => stem);
  const axis = stems.map((stem) => axisOf.get(stem)).find((found) => found !== undefined);
  if (axis === undefined || stems.length > 4) return null;
  const rest = stems.filter((stem) => axisOf.get(stem) !== axis).sort();
  return `opposites: ${axis} ${rest.join(' ')}`.trim();
}
