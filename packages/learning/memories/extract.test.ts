import { expect, test } from 'vitest';
import { extractGoal, extractPreferences } from './extract.ts';
import { resolvePronouns } from './goal-pronouns.ts';
import { contentKey, historyContent, memoryKey, preferenceContent } from './memory.ts';

test.each([
  ['Do you want to build a REST API with FastAPI?', 'build a REST API with FastAPI'],
  [
    'Do you want to build a REST API with FastAPI and Docker deployment?',
    'build a REST API with FastAPI and Docker deployment',
  ],
  ['Would you like to learn the guitar?', 'learn the guitar'],
  ['Should I write a test first?', 'write a test first'],
  ['I need to fix the heating.', 'fix the heating'],
  ['Deploy the app to Vercel', 'Deploy the app to Vercel'],
  ['Are you interested in the history of Malta?', 'the history of Malta'],
  ['are you looking for a used piano', 'a used piano'],
  ['Do you need directions to the museum?', 'directions to the museum'],
  ['Do you want a list of the moons of Saturn?', 'a list of the moons of Saturn'],
  ['Would you be interested in learning Greek?', 'learning Greek'],
  ['Do you want to know more about it?', null],
  ['Are you looking for this?', null],
  ['Do you need help with that?', null],
  ['Are you interested in any specific model?', null],
  ['Do you want more information?', null],
  ['Do you prefer quiet hotels?', null],
  ['Is the server still running?', null],
  ['A quiet guesthouse in a residential street', null],
  ['Which framework do you use?', null],
  ['', null],
])('the goal of "%s" is %s', (question, goal) => {
  expect(extractGoal(question, '')).toEqual(goal === null ? null : { content: goal });
});

test.each([
  ['sourdough bread', 'Do you want to know how to store it?', 'know how to store sourdough bread'],
  ['old maps of Ghent', 'Are you looking for a place to buy them?', 'a place to buy old maps of Ghent'],
  ['can you help me with this?', 'Do you want to fix it?', null],
])('after "%s" the goal of "%s" is %s', (inputText, question, goal) => {
  expect(extractGoal(question, inputText)).toEqual(goal === null ? null : { content: goal });
});

test.each([
  [
    'Do you want to build a REST API with FastAPI and Docker deployment?',
    ['Prefers: FastAPI', 'Prefers: Docker deployment'],
  ],
  ['Do you want to write the service in Go?', ['Prefers: Go']],
  ['Do you want to go to Rome?', []],
  ['Do you want to make the box bigger?', []],
  ['Do you want to express your gratitude with care?', []],
  ['Do you want to deploy to k8s?', ['Prefers: Kubernetes']],
  ['Do you want to replace the jQuery code?', []],
  ['Do you prefer React or Vue?', []],
  ['Do you prefer small hotels near the beach?', ['Prefers: small hotels near the beach']],
  ['Do you want to deploy without using Docker and Kubernetes?', ['Avoids: Docker', 'Avoids: Kubernetes']],
  ['Do you want PostgreSQL instead of MySQL?', ['Prefers: PostgreSQL', 'Avoids: MySQL']],
  ['Would you prefer not to use TypeScript?', ['Avoids: TypeScript']],
  ['I love Django, shall I set up a blog?', []],
  ['I would be happy to plan your holiday', []],
  ['', []],
])('"%s", when it is selected, tells the preferences %j', (question, contents) => {
  expect(extractPreferences(question, '').map(({ content }) => content)).toEqual(contents);
});

test("the user's own words count as well", () => {
  expect(extractPreferences('Do you want to build an API?', 'build api with django')).toEqual([
    { content: 'Prefers: Django', polarity: 'like', slot: 'web framework' },
  ]);
});

test('a newer preference takes the place of an older one only in the same slot', () => {
  const slotOf = (question: string) => extractPreferences(question, '')[0]?.slot;
  expect(slotOf('Do you want to build it with Django?')).toBe(
    slotOf('Do you want to build it with FastAPI?'),
  );
  expect(slotOf('Do you want to build it with Django?')).not.toBe(
    slotOf('Do you want to build it with Docker?'),
  );
});

test.each([
  ['deploy to k8s', 'deploy to Kubernetes'],
  ['build a REST API', 'Create the rest api.'],
  ['Prefers: FastAPI, Docker deployment', 'Prefers: Docker deployment, FastAPI'],
  ['Prefers: Docker deployment', 'Prefers: docker'],
  ['Avoids: k8s', 'Avoids: Kubernetes'],
  ['analyze the sales data', 'analyse sales data'],
])('"%s" means the same as "%s"', (one, other) => {
  expect(memoryKey(one)).toBe(memoryKey(other));
});

test.each([
  ['migrate MySQL to PostgreSQL', 'migrate PostgreSQL to MySQL'],
  ['deploy with Docker', 'deploy without Docker'],
  ['build an API', 'build a website'],
  ['Prefers: Docker', 'Avoids: Docker'],
])('"%s" means something else than "%s"', (one, other) => {
  expect(memoryKey(one)).not.toBe(memoryKey(other));
});

test.each(['', '   ', '😀', '???', 'the', '你好'])('even %j has a key', (content) => {
  expect(typeof memoryKey(content)).toBe('string');
});

test.each([
  ['  Deploy   the app ', 'Deploy the app'],
  ['Do you want to read\nmore books ? ', 'read more books'],
  ['Would you like to?', null],
  ['Deploy', null],
  ['Build it', null],
  ['Deploys the app to Vercel', null],
  ['Make sure it works', null],
  ['Test starts', null],
])('the goal of %j is %j', (question, goal) => {
  expect(extractGoal(question, '')).toEqual(goal === null ? null : { content: goal });
});

test('a goal has at most 200 letters, and ends with one', () => {
  expect(extractGoal(`Do you want to ${'a'.repeat(300)}?`, '')?.content).toBe('a'.repeat(200));
  expect(extractGoal(`Do you want to ${'a'.repeat(199)} bc?`, '')?.content).toBe('a'.repeat(199));
});

test.each([
  ['store it and eat it', 'rye bread', 'store rye bread and eat it'],
  ['store it', '  rye   bread ', 'store rye bread'],
  ['fix it', 'build an api', 'fix an api'],
  ['fix this', 'the parser', 'fix the parser'],
  ['fix this test', 'tea', 'fix this test'],
  ['fix IT issues', 'printers', 'fix IT issues'],
  ['fix IT issues with it', 'printers', 'fix IT issues with printers'],
  ['store it', 'old maps, as large as tables', 'store old maps, as large as tables'],
  ['store it', 'old maps, as large as some tables', null],
  ['store it', 'bake bread', null],
  ['store it', 'who is he', null],
  ['store it', '', null],
])('in "%s" after "%s" the pronoun stands for: %s', (goal, inputText, resolved) => {
  expect(resolvePronouns(goal, inputText)).toBe(resolved);
});

const typed = (text: string) => extractPreferences('', text).map(({ content }) => content);

test.each([
  // Of a tool that is only named nothing is learned, unless it is denied.
  ['Kotlin is nice', []],
  ['no Kotlin, please', ['Avoids: Kotlin']],
  ['I use Kotlin without Java', ['Prefers: Kotlin', 'Avoids: Java']],
  // A question between two says nothing, the sentence before it does.
  ['build it with React. Or use Vue or Svelte with it?', ['Prefers: React']],
  // A statement that the negators read otherwise does not count.
  ['I love Docker-free setups', ['Avoids: Docker']],
  ['I love Docker, never without Kubernetes', ['Prefers: Docker']],
  // What was said of a thing counts once, whatever its case, and first.
  ['I love tea. I love Tea', ['Prefers: tea']],
  ['I hate tea. I love tea', ['Avoids: tea']],
  ['I love Docker images. Build it with Docker', ['Prefers: Docker']],
  ['I love Docker and Kubernetes', ['Prefers: Docker', 'Prefers: Kubernetes']],
])('"%s" tells %j of its author', (text, contents) => {
  expect(typed(text)).toEqual(contents);
});

test.each([
  ['Do you want to build it with Docker?', 'build it with docker', ['Prefers: Docker']],
  ['Do you prefer Docker without Kubernetes?', '', ['Prefers: Docker', 'Avoids: Kubernetes']],
  ['Do you prefer tea?', 'I hate coffee', ['Prefers: tea', 'Avoids: coffee']],
])('"%s" selected after "%s" tells %j', (question, text, contents) => {
  expect(extractPreferences(question, text).map(({ content }) => content)).toEqual(contents);
});

test('only a liking has a slot', () => {
  expect(
    extractPreferences('', 'I prefer dark mode. I avoid white paper. build it with Docker, never with Java'),
  ).toEqual([
    { content: 'Prefers: Docker', polarity: 'like', slot: 'container' },
    { content: 'Avoids: Java', polarity: 'dislike', slot: null },
    {
      content: 'Prefers: dark mode',
      polarity: 'like',
      slot: 'opposites: dark|light|bright|black|white mode',
    },
    { content: 'Avoids: white paper', polarity: 'dislike', slot: null },
  ]);
});

test.each([
  ['migrate to Docker', 'docker migrat'],
  ['Docker hosting', 'docker'],
  ['Docker hosting today', 'docker host today'],
  ['with Docker hosting', 'docker host'],
  ['Docker and Kubernetes hosting', 'docker host kubernet'],
  ['Docker over Kubernetes', 'docker kubernet'],
  ['Kubernetes over Docker', 'kubernet docker'],
  ['Kubernetes and Docker', 'docker kubernet'],
  ['tea over tea and Kubernetes', 'kubernet tea'],
  ['   The ', 'the'],
  ['Avoids: Docker', '- docker'],
])('the key of "%s" is "%s"', (content, key) => {
  expect(memoryKey(content)).toBe(key);
});

test('a digest hides the key, and marks a dislike', () => {
  // sha256 of "tea" in base64url.
  expect(contentKey('Prefers: tea')).toBe('qfdNHsNuvesto_blhoCQzSotILPcynti9gMEsdPZ70I');
  expect(contentKey('Avoids: tea')).toBe(`!${contentKey('tea')}`);
});

test('contents are sentences of one line', () => {
  expect(historyContent(' a \n b ', null)).toBe('User requested: a b | Selected: none of these');
  expect(historyContent('x', 'y')).toBe('User requested: x | Selected: y');
  expect([preferenceContent('like', 'tea'), preferenceContent('dislike', 'tea')]).toEqual([
    'Prefers: tea',
    'Avoids: tea',
  ]);
});
