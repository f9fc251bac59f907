import { expect, test } from 'vitest';
import { extractGoal, extractPreferences } from './extract.ts';
import { memoryKey } from './memory.ts';

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
  expect(extractGoal(question, '')?.content ?? null).toBe(goal);
});

test.each([
  ['sourdough bread', 'Do you want to know how to store it?', 'know how to store sourdough bread'],
  ['old maps of Ghent', 'Are you looking for a place to buy them?', 'a place to buy old maps of Ghent'],
  ['can you help me with this?', 'Do you want to fix it?', null],
])('after "%s" the goal of "%s" is %s', (inputText, question, goal) => {
  expect(extractGoal(question, inputText)?.content ?? null).toBe(goal);
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
