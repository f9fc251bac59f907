import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extractPreferences, type Preference } from './extract.ts';

/** Frames with `V` for a verb and `X` for a thing, or a list of things, that is not wanted. */
interface Grammar {
  frames: string[];
  gerunds: string[];
  verbs: string[];
  and: string;
}

const grammars: Record<string, Grammar> = {
  English: {
    frames: [
      'Do you want to deploy without X?',
      'Do you want to build it without G X?',
      'Do you want to avoid X?',
      'Do you want to avoid G X?',
      'Do you want to stop G X?',
      'Do you want to never V X again?',
      'Do you want to no longer V X?',
      "Do you want a tool that doesn't use X?",
      'Do you want anything but X?',
      'Do you want everything except X?',
      'Do you want to uninstall X?',
      'Do you want to get rid of X?',
      'Would you prefer not to V X?',
      'Do you want Excel instead of X?',
      'Do you want Excel rather than X?',
      "I don't like G X",
      'I do not want to V X',
      "I won't V X",
      'I never V X',
      'I hate G X',
      'I am tired of G X',
      'I refuse to V X',
      'I prefer not to V X',
      'please no more X',
      'please do not V X',
    ],
    gerunds: [
      'using',
      'working with',
      'deploying with',
      'relying on',
      'building with',
      'touching',
      'hosting on',
    ],
    verbs: ['use', 'work with', 'deploy with', 'rely on', 'build with', 'touch', 'host on'],
    and: 'and',
  },
  German: {
    frames: [
      'Möchten Sie es ohne X bauen?',
      'Willst du X vermeiden?',
      'Willst du X nicht mehr V?',
      'Willst du nie wieder X V?',
      'Ich mag X nicht',
      'Ich will kein X',
      'Ich hasse X',
      'Bitte nicht mit X',
      'Möchtest du alles außer X?',
      'Möchtest du Excel statt X?',
    ],
    gerunds: [''],
    verbs: ['verwenden', 'benutzen', 'nutzen', 'einsetzen'],
    and: 'und',
  },
  French: {
    frames: [
      'Voulez-vous déployer sans X ?',
      'Voulez-vous éviter X ?',
      'Voulez-vous ne pas V X ?',
      'Voulez-vous ne plus V X ?',
      'Voulez-vous tout sauf X ?',
      'Voulez-vous Excel au lieu de X ?',
      "Je n'aime pas X",
      'Je déteste X',
      'Je ne veux plus V X',
      'Je préfère ne pas V X',
    ],
    gerunds: [''],
    verbs: ['utiliser', 'installer', 'employer', 'déployer'],
    and: 'et',
  },
  Spanish: {
    frames: [
      '¿Quieres desplegar sin X?',
      '¿Quieres evitar X?',
      '¿Quieres dejar de V X?',
      '¿Quieres todo excepto X?',
      '¿Quieres Excel en vez de X?',
      'No me gusta X',
      'No quiero V X',
      'Nunca más quiero V X',
      'Odio X',
      'Prefiero no V X',
    ],
    gerunds: [''],
    verbs: ['usar', 'utilizar', 'instalar', 'emplear'],
    and: 'y',
  },
  Italian: {
    frames: [
      'Vuoi farlo senza X?',
      'Vuoi evitare X?',
      'Vuoi smettere di V X?',
      'Vuoi tutto tranne X?',
      'Vuoi Excel invece di X?',
      'Non mi piace X',
      'Non voglio V X',
      'Non voglio mai più V X',
      'Odio X',
      'Preferisco non V X',
    ],
    gerunds: [''],
    verbs: ['usare', 'utilizzare', 'installare', 'impiegare'],
    and: 'e',
  },
  Dutch: {
    frames: [
      'Wil je het zonder X bouwen?',
      'Wil je X vermijden?',
      'Wil je geen X V?',
      'Wil je X niet meer V?',
      'Wil je alles behalve X?',
      'Wil je Excel in plaats van X?',
      'Ik hou niet van X',
      'Ik haat X',
      'Ik wil nooit meer X V',
      'Liever geen X',
    ],
    gerunds: [''],
    verbs: ['gebruiken', 'installeren', 'inzetten'],
    and: 'en',
  },
  Portuguese: {
    frames: [
      'Você quer fazer isso sem X?',
      'Você quer evitar X?',
      'Você quer parar de V X?',
      'Você quer tudo exceto X?',
      'Você quer Excel em vez de X?',
      'Não gosto de X',
      'Não quero V X',
      'Nunca mais quero V X',
      'Odeio X',
      'Prefiro não V X',
    ],
    gerunds: [''],
    verbs: ['usar', 'utilizar', 'instalar'],
    and: 'e',
  },
};

const things = [
  'Docker',
  'Kubernetes',
  'Terraform',
  'Python',
  'TypeScript',
  'Redis',
  'PostgreSQL',
  'Django',
  'GitHub Actions',
  'Node.js',
];
const settings = { numRuns: 1500, seed: 20261130 };

const fill = (frame: string, { gerund, verb, list }: { gerund: string; verb: string; list: string }) =>
  frame.replace(/\bG\b/u, gerund).replace(/\bV\b/u, verb).replace(/\bX\b/u, list);

const join = (names: string[], and: string) =>
  names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(', ')} ${and} ${names.at(-1)}`;

/** As it is typed, or as a candidate that is selected. */
const read = (text: string, typed: boolean): Preference[] =>
  typed ? extractPreferences('', text) : extractPreferences(text, '');

const likes = (preferences: Preference[]) =>
  preferences.filter(({ polarity }) => polarity === 'like').map(({ content }) => content);

test.each(Object.entries(grammars))(
  'in %s no phrasing makes a liking of what is not wanted',
  (_, grammar) => {
    const phrasing = fc.record({
      frame: fc.constantFrom(...grammar.frames),
      gerund: fc.constantFrom(...grammar.gerunds),
      verb: fc.constantFrom(...grammar.verbs),
      names: fc.uniqueArray(fc.constantFrom(...things), { minLength: 1, maxLength: 3 }),
      typed: fc.boolean(),
    });
    fc.assert(
      fc.property(phrasing, ({ frame, names, typed, ...words }) => {
        const text = fill(frame, { ...words, list: join(names, grammar.and) });
        const preferences = read(text, typed);
        expect(likes(preferences).filter((content) => !content.includes('Excel'))).toEqual([]);
        // Statements are the user's own words, questions are selected; the other way round nothing need be learned.
        if (typed !== frame.endsWith('?')) {
          const avoided = preferences
            .filter(({ polarity }) => polarity === 'dislike')
            .map(({ content }) => content);
          expect([text, ...avoided.sort()]).toEqual([text, ...names.map((name) => `Avoids: ${name}`).sort()]);
        }
      }),
      settings,
    );
  },
);

const wanted: [language: string, frame: string, and: string][] = [
  ['English', 'Do you want to build it with X?', 'and'],
  ['English', 'Do you want to use X?', 'and'],
  ['German', 'Möchten Sie es mit X bauen?', 'und'],
  ['French', 'Voulez-vous le faire avec X ?', 'et'],
  ['Spanish', '¿Quieres hacerlo con X?', 'y'],
  ['Italian', 'Vuoi farlo con X?', 'e'],
  ['Dutch', 'Wil je het met X bouwen?', 'en'],
  ['Portuguese', 'Você quer fazer isso com X?', 'e'],
];

test.each(wanted)('in %s "%s" makes a liking of each thing', (_, frame, and) => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...things), { minLength: 1, maxLength: 3 }), (names) => {
      const preferences = read(frame.replace('X', join(names, and)), false);
      expect(preferences.map(({ content }) => content).sort()).toEqual(
        names.map((name) => `Prefers: ${name}`).sort(),
      );
    }),
    { ...settings, numRuns: 200 },
  );
});

test('a negation reaches its own clause only', () => {
  const [one, other] = [
    fc.constantFrom('Docker', 'Python', 'Redis'),
    fc.constantFrom('Podman', 'Kotlin', 'MongoDB'),
  ];
  const frame = fc.constantFrom(
    'Do you want to use B, not A?',
    'Do you want to stop using A and use B?',
    'Do you want to use B instead of A?',
    'Do you want to build it with B but without A?',
    "Do you want to use B? Please don't use A.",
  );
  fc.assert(
    fc.property(frame, one, other, (text, avoided, liked) => {
      const preferences = read(text.replace('A', avoided).replace(/\bB\b/u, liked), false);
      expect(preferences.map(({ content }) => content).sort()).toEqual([
        `Avoids: ${avoided}`,
        `Prefers: ${liked}`,
      ]);
    }),
    { ...settings, numRuns: 200 },
  );
});

test.each([
  'Vill du bygga det utan Docker?',
  'Vil du gjøre det uten Docker?',
  'Czy chcesz to zrobić bez Docker?',
  'Nie chcę używać Docker',
  'Bunu Docker olmadan yapmak ister misin?',
  'Haluatko tehdä sen ilman Docker?',
  'Szeretnéd Docker nélkül?',
  'Vrei să faci asta fără Docker?',
  'Anda ingin tanpa Docker?',
  'Хотите сделать это без Docker?',
  'Dockerを使わずにデプロイしますか？ Docker なしで',
  '不要用 Docker 部署',
  'Utálom a Docker',
])('in a language that is not understood nothing is learned: "%s"', (text) => {
  expect([...read(text, true), ...read(text, false)]).toEqual([]);
});
