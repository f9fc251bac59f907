import { expect, test } from 'vitest';
import { addArticle, addThe } from './noun-phrase.ts';
import { generateCandidates } from './propose.ts';
import { sanitize, shorten } from './quote.ts';
import { fillTemplate } from './template.ts';

const ask = (text: string, goals: string[] = [], preferences: string[] = []) =>
  generateCandidates({ text, goals, preferences });
const api = 'build a REST API with FastAPI and Docker deployment';

test.each([
  {
    text: 'api',
    goals: [],
    preferences: [],
    asked: [
      'build a REST API with FastAPI and Docker deployment',
      'design the contract of the REST API first, with an OpenAPI description',
      'build a GraphQL API with Node.js and PostgreSQL',
    ],
  },
  {
    text: 'auth',
    goals: [],
    preferences: [],
    asked: [
      'add authentication to your application with JWT',
      'understand which kind of authentication fits your application',
      'add single sign-on to your application with OAuth and an identity provider',
    ],
  },
  {
    text: 'auth',
    goals: [api],
    preferences: [],
    asked: [
      'add authentication to the REST API with JWT',
      'understand which kind of authentication fits the REST API',
      'add single sign-on to the REST API with OAuth and an identity provider',
    ],
  },
  {
    text: 'deploy api',
    goals: [api],
    preferences: [],
    asked: [
      'deploy the REST API in a Docker container behind an Nginx proxy',
      'deploy the REST API to a Kubernetes cluster with a CI/CD pipeline',
      'deploy the REST API through an automated pipeline with GitHub Actions',
    ],
  },
  {
    text: 'deploy the api',
    goals: [],
    preferences: [],
    asked: [
      'deploy the REST API in a Docker container behind an Nginx proxy',
      'deploy the REST API to a Kubernetes cluster with a CI/CD pipeline',
      'deploy the REST API through an automated pipeline with GitHub Actions',
    ],
  },
  {
    text: 'deploy website',
    goals: [api],
    preferences: [],
    asked: [
      'deploy the website to Vercel with a preview for every change',
      'deploy the website to your own server with Nginx',
      'deploy the website through an automated pipeline with GitHub Actions',
    ],
  },
  {
    text: 'test the rest api',
    goals: [api],
    preferences: [],
    asked: [
      'write integration tests that call every endpoint of the REST API',
      'write unit tests for the REST API',
      'write end-to-end tests that use the REST API as its users do',
    ],
  },
  {
    text: 'test website',
    goals: [api],
    preferences: [],
    asked: [
      'write unit tests for the website',
      'write end-to-end tests that use the website as its users do',
      'create a test plan for the website with the most important cases',
    ],
  },
  {
    text: 'build api',
    goals: [api],
    preferences: [],
    asked: [
      'build a REST API with FastAPI and Docker deployment',
      'design the contract of the REST API first, with an OpenAPI description',
      'build a GraphQL API with Node.js and PostgreSQL',
    ],
  },
  {
    text: 'secure my api',
    goals: [],
    preferences: [],
    asked: [
      'secure your REST API with JWT authentication and rate limits',
      'secure your REST API with OAuth and an identity provider',
      'add authentication and access control to your REST API',
    ],
  },
  {
    text: 'secure my api',
    goals: ['learn python', api],
    preferences: [],
    asked: [
      'secure the REST API with JWT authentication and rate limits',
      'secure the REST API with OAuth and an identity provider',
      'add authentication and access control to the REST API',
    ],
  },
  {
    text: 'slow api',
    goals: [],
    preferences: [],
    asked: [
      'profile the slow api to find the slowest parts and speed them up',
      'improve the slow api with caching and better use of resources',
      'scale the slow api to many more users',
    ],
  },
  {
    text: 'login bug',
    goals: [],
    preferences: [],
    asked: [
      'find the cause of the login bug and fix it',
      'write a test that reproduces the login bug, and then fix it',
      'see the most common causes of the login bug and their solutions',
    ],
  },
  {
    text: 'learn kubernetes',
    goals: [],
    preferences: [],
    asked: [
      'learn the basics of Kubernetes with simple examples',
      'follow a step-by-step tutorial on Kubernetes',
      'read a short summary of Kubernetes',
    ],
  },
  {
    text: 'compare React and Vue',
    goals: [],
    preferences: [],
    asked: [
      'compare React and Vue side by side in a table',
      'weigh up the strengths and weaknesses of React and Vue',
      'get a short recommendation on React and Vue for your own case',
    ],
  },
  {
    text: 'build api',
    goals: [],
    preferences: ['Prefers: Django, PostgreSQL, Redis'],
    asked: [
      'build a REST API with Django and PostgreSQL',
      'design the contract of the REST API first, with an OpenAPI description',
      'build a GraphQL API with Node.js and PostgreSQL',
    ],
  },
  {
    text: 'build api',
    goals: [],
    preferences: ['Kafka'],
    asked: [
      'build a REST API with FastAPI and Docker deployment',
      'design the contract of the REST API first, with an OpenAPI description',
      'build a GraphQL API with Node.js and PostgreSQL',
    ],
  },
  {
    text: 'build api',
    goals: [],
    preferences: ['Django', 'django'],
    asked: [
      'build a REST API with django',
      'design the contract of the REST API first, with an OpenAPI description',
      'build a GraphQL API with Node.js and PostgreSQL',
    ],
  },
  {
    text: 'deploy api',
    goals: [],
    preferences: ['Prefers: Docker deployment'],
    asked: [
      'deploy the REST API in a Docker container behind an Nginx proxy',
      'deploy the REST API to a Kubernetes cluster with a CI/CD pipeline',
      'deploy the REST API through an automated pipeline with Docker',
    ],
  },
  {
    text: 'add caching',
    goals: [],
    preferences: [],
    asked: [
      'add caching to your application with Redis',
      'add HTTP caching to your application with a CDN',
      'see a step-by-step guide for adding caching to your application',
    ],
  },
  {
    text: 'add caching',
    goals: [api],
    preferences: [],
    asked: [
      'add caching to the REST API with Redis',
      'add HTTP caching to the REST API with a CDN',
      'see a step-by-step guide for adding caching to the REST API',
    ],
  },
  {
    text: 'i want to build a website with wordpress',
    goals: [],
    preferences: [],
    asked: [
      'build a website with WordPress',
      'build a minimal website with WordPress first and extend it step by step',
      'design the website with WordPress first, with its requirements and a plan',
    ],
  },
  {
    text: 'build a website using hugo',
    goals: [],
    preferences: [],
    asked: [
      'build a website using hugo',
      'build a minimal website using hugo first and extend it step by step',
      'design the website using hugo first, with its requirements and a plan',
    ],
  },
  {
    text: 'build a cli',
    goals: [],
    preferences: [],
    asked: [
      'build a command-line tool with Python and clear help texts',
      'build an interactive terminal program with Go as a single binary',
      'build a minimal command-line tool first and extend it step by step',
    ],
  },
  {
    text: 'create internal admin api',
    goals: [],
    preferences: [],
    asked: [
      'build an internal admin api with FastAPI and Docker deployment',
      'design the contract of the internal admin api first, with an OpenAPI description',
      'build a GraphQL API with Node.js and PostgreSQL',
    ],
  },
  {
    text: 'build our api; it should be fast',
    goals: [],
    preferences: [],
    asked: [
      'build a REST API with FastAPI and Docker deployment',
      'design the contract of your REST API first, with an OpenAPI description',
      'build a GraphQL API with Node.js and PostgreSQL',
    ],
  },
  {
    text: 'optimise my postgres queries',
    goals: [],
    preferences: [],
    asked: [
      'read the query plan of your PostgreSQL queries and add the missing indexes',
      'profile your PostgreSQL queries to find the slowest parts and speed them up',
      'improve your PostgreSQL queries with caching and better use of resources',
    ],
  },
  {
    text: 'refactor code',
    goals: [],
    preferences: [],
    asked: [
      'refactor the code in small, tested steps',
      'split the code into smaller parts with clear responsibilities',
      'write tests for the code before changing it',
    ],
  },
  {
    text: 'debug the parser',
    goals: [],
    preferences: [],
    asked: [
      'find the cause of the problem with the parser step by step',
      'add logging and tracing to see what leads to the problem with the parser',
      'write a test that reproduces the problem with the parser',
    ],
  },
  {
    text: 'set up ci',
    goals: [],
    preferences: [],
    asked: [
      'add a CI/CD pipeline to your application with GitHub Actions',
      'add a release pipeline to your application with GitLab CI',
      'see a step-by-step guide for adding a CI/CD pipeline to your application',
    ],
  },
  {
    text: 'write unit tests',
    goals: [],
    preferences: [],
    asked: [
      'write unit tests with a clear structure',
      'write short and simple unit tests',
      'create an outline of the unit tests first',
    ],
  },
  {
    text: 'document my api',
    goals: [],
    preferences: [],
    asked: [
      'write a README for your REST API with examples that can be copied',
      'write reference documentation for your REST API',
      'write a step-by-step tutorial for your REST API',
    ],
  },
  {
    text: 'design a database',
    goals: [],
    preferences: [],
    asked: [
      'design the architecture of the database with its components and data flow',
      'design the tables of the database with keys and constraints',
      'design a database',
    ],
  },
  {
    text: 'database',
    goals: [],
    preferences: [],
    asked: [
      'build a database with PostgreSQL and versioned migrations',
      'build a document store with MongoDB',
      'build a minimal database first and extend it step by step',
    ],
  },
  {
    text: 'build game',
    goals: [],
    preferences: [],
    asked: [
      'build a game with Godot',
      'build a browser game with JavaScript',
      'build a minimal game first and extend it step by step',
    ],
  },
  {
    text: 'search',
    goals: [api],
    preferences: [],
    asked: [
      'add a search to the REST API with Elasticsearch',
      'add full-text search to the REST API with PostgreSQL',
      'see a step-by-step guide for adding a search to the REST API',
    ],
  },
  {
    text: 'fix my docker build',
    goals: [],
    preferences: [],
    asked: [
      'find the cause of the problem with your Docker build and fix it',
      'write a test that reproduces the problem with your Docker build, and then fix it',
      'see the most common causes of the problem with your Docker build and their solutions',
    ],
  },
  {
    text: 'explain docker',
    goals: [],
    preferences: [],
    asked: [
      'learn the basics of Docker with simple examples',
      'follow a step-by-step tutorial on Docker',
      'read a short summary of Docker',
    ],
  },
  {
    text: 'build a shop',
    goals: [],
    preferences: [],
    asked: [
      'build an online shop with Stripe and a product catalogue',
      'build a marketplace with Shopify',
      'build a minimal online shop first and extend it step by step',
    ],
  },
  {
    text: 'build “api”',
    goals: [],
    preferences: [],
    asked: [
      'build a REST API with FastAPI and Docker deployment',
      'design the contract of the REST API first, with an OpenAPI description',
      'build a GraphQL API with Node.js and PostgreSQL',
    ],
  },
  {
    text: 'I am trying to build an LLM app',
    goals: [],
    preferences: [],
    asked: [
      'build an LLM app with React and a Node.js backend',
      'build a progressive web app with Vue and Firestore',
      'build a minimal LLM app first and extend it step by step',
    ],
  },
  {
    text: 'build XML parser',
    goals: [],
    preferences: [],
    asked: [
      'build an XML parser',
      'build a minimal XML parser first and extend it step by step',
      'design the XML parser first, with its requirements and a plan',
    ],
  },
  {
    text: 'build SOAP api',
    goals: [],
    preferences: [],
    asked: [
      'build a SOAP api with FastAPI and Docker deployment',
      'design the contract of the SOAP api first, with an OpenAPI description',
      'build a GraphQL API with Node.js and PostgreSQL',
    ],
  },
  {
    text: 'build hourly report dashboard',
    goals: [],
    preferences: [],
    asked: [
      'build an hourly report dashboard with Grafana and live data',
      'build a weekly report with a scheduled e-mail',
      'build a minimal hourly report dashboard first and extend it step by step',
    ],
  },
  {
    text: 'build user dashboard',
    goals: [],
    preferences: [],
    asked: [
      'build a user dashboard with Grafana and live data',
      'build a weekly report with a scheduled e-mail',
      'build a minimal user dashboard first and extend it step by step',
    ],
  },
  {
    text: 'build unicorn dashboard',
    goals: [],
    preferences: [],
    asked: [
      'build a unicorn dashboard with Grafana and live data',
      'build a weekly report with a scheduled e-mail',
      'build a minimal unicorn dashboard first and extend it step by step',
    ],
  },
  {
    text: 'deploy our website',
    goals: [],
    preferences: [],
    asked: [
      'deploy your website to Vercel with a preview for every change',
      'deploy your website to your own server with Nginx',
      'deploy your website through an automated pipeline with GitHub Actions',
    ],
  },
  {
    text: 'deploy Jenkins',
    goals: [],
    preferences: [],
    asked: [
      'deploy Jenkins through an automated pipeline',
      'deploy Jenkins to a cloud platform with rolling updates and health checks',
      'write a step-by-step deployment guide for Jenkins',
    ],
  },
  {
    text: 'speed up the api',
    goals: [],
    preferences: [],
    asked: [
      'profile the REST API to find the slowest parts and speed them up',
      'improve the REST API with caching and better use of resources',
      'scale the REST API to many more users',
    ],
  },
  {
    text: 'roll out our api',
    goals: [],
    preferences: [],
    asked: [
      'deploy your REST API in a Docker container behind an Nginx proxy',
      'deploy your REST API to a Kubernetes cluster with a CI/CD pipeline',
      'deploy your REST API through an automated pipeline with GitHub Actions',
    ],
  },
  {
    text: 'a slow database',
    goals: [],
    preferences: [],
    asked: [
      'find the slowest queries of the slow database and add indexes',
      'profile the slow database to find the slowest parts and speed them up',
      'improve the slow database with caching and better use of resources',
    ],
  },
])(
  '"$text" after $goals with $preferences is asked back in the words of software',
  ({ text, goals, preferences, asked }) => {
    expect(
      ask(text, goals, preferences)
        .slice(0, 3)
        .map(({ question }) => question),
    ).toEqual(asked.map((words) => `Do you want to ${words}?`));
  },
);

test.each([
  // What others use as well, what is no task, what is too long or no phrase.
  'my api is slow',
  'compare apples',
  'book a game',
  'design a logo',
  'open a shop',
  'what is an api',
  'migrate mysql to postgres',
  'fix Excel',
  'Excel formula',
  'build it',
  'build something',
  'learn rust',
  'refactor',
  'webhooks',
  'monitor my server',
  'build a REST API with one two three four five six',
  `build ${'very '.repeat(8)}big api`,
  `build ${'x'.repeat(70)} api`,
  'build an app (mobile)',
])('"%s" is not answered in the words of software', (text) => {
  const whole = ask(text)
    .map(({ question, rationale }) => `${question} ${rationale}`)
    .join(' ');
  expect(whole).not.toMatch(
    /first and extend it|often wanted for this|with FastAPI|GitHub Actions|find the cause of/u,
  );
});

test('each question has a reason, and the priors fall by 0.65 to a sum of 1', () => {
  const candidates = ask('build api');
  expect(candidates).toHaveLength(5);
  expect(candidates.every(({ rationale }) => rationale.length > 5)).toBe(true);
  expect(candidates[1]?.rationale).toBe('often wanted for this');
  // 1 + 0.65 + 0.65² + 0.65³ + 0.65⁴ = 2.52566.
  expect(candidates.map(({ prior }) => prior)).toEqual(
    [0.39594, 0.25736, 0.16728, 0.10873, 0.07068].map((prior) => expect.closeTo(prior, 4)),
  );
});

test.each([
  ['api', 'an api', 'the api'],
  ['REST API', 'a REST API', 'the REST API'],
  ['SQL query', 'an SQL query', 'the SQL query'],
  ['user', 'a user', 'the user'],
  ['umbrella', 'an umbrella', 'the umbrella'],
  ['hour', 'an hour', 'the hour'],
  ['tests', 'tests', 'the tests'],
  ['bus', 'a bus', 'the bus'],
  ['authentication', 'authentication', 'the authentication'],
  ['Docker', 'Docker', 'Docker'],
  ['New York', 'New York', 'New York'],
  ['my app', 'my app', 'your app'],
  ['an app', 'an app', 'the app'],
  ['this app', 'this app', 'this app'],
  ['house with gardens', 'a house with gardens', 'the house with gardens'],
  ['3 apps', '3 apps', '3 apps'],
])('"%s" is "%s" where it is new, and "%s" where it exists', (phrase, fresh, existing) => {
  expect(addArticle(phrase)).toBe(fresh);
  expect(addThe(phrase)).toBe(existing);
});

test('a template is filled as a whole or not at all', () => {
  expect(fillTemplate('do {a} and {b}', { a: 'x', b: '{a}' })).toBe('do x and {a}');
  expect(fillTemplate('do {a} and {b}', { a: 'x' })).toBeNull();
  expect(fillTemplate('do {a}', { a: '' })).toBe('do ');
  expect(fillTemplate('do {constructor}', {})).toBeNull();
});

test.each([
  ['  two   words  ', 'two words'],
  ['“quoted” <b>', 'quoted b'],
  ['?! what?', 'what'],
  ['', ''],
])('%j becomes %j', (text, line) => {
  expect(sanitize(text)).toBe(line);
});

test('of a text 4,000 letters are read, and of a line 70 are quoted, to a space that is not too early', () => {
  expect(sanitize('x'.repeat(5000))).toHaveLength(4000);
  expect(shorten('x'.repeat(70))).toBe('x'.repeat(70));
  expect(shorten('x'.repeat(71))).toBe(`${'x'.repeat(70)}…`);
  expect(shorten(`${'x'.repeat(36)} ${'y'.repeat(60)}`)).toBe(`${'x'.repeat(36)}…`);
  expect(shorten(`${'x'.repeat(35)} ${'y'.repeat(60)}`)).toBe(`${'x'.repeat(35)} ${'y'.repeat(34)}…`);
});

test.each([
  ['building an api', 'Do you want to build a REST API with FastAPI and Docker deployment?'],
  ['deploying my api', 'Do you want to deploy your REST API in a Docker container behind an Nginx proxy?'],
  ['setting up a cluster', 'Do you want to see step by step how to set up a cluster?'],
  ['debugging the parser', 'Do you want to find the cause of the problem with the parser step by step?'],
  [
    'help me deploy my api',
    'Do you want to deploy your REST API in a Docker container behind an Nginx proxy?',
  ],
  ['we should build an api', 'Do you want to build a REST API with FastAPI and Docker deployment?'],
  [
    'please set up a cluster',
    'Do you want to add a Kubernetes cluster to your application with Terraform and Helm charts?',
  ],
  ['the build of an api', 'Do you want to know the most important facts about “the build of an api”?'],
  [
    'can you fix up my docker build',
    'Do you want to find the cause of the problem with your Docker build and fix it?',
  ],
  ['i love to build apis', 'Do you want to build a REST API with FastAPI and Docker deployment?'],
  ['build an api because i need it', 'Do you want to build a REST API with FastAPI and Docker deployment?'],
  ['build an api, please', 'Do you want to build a REST API with FastAPI and Docker deployment?'],
  ['build about an api', 'Do you want to build a REST API with FastAPI and Docker deployment?'],
  ['build me an api', 'Do you want to build a REST API with FastAPI and Docker deployment?'],
  ['build this', 'Do you want me to build this, as simply as possible?'],
  ['app', 'Do you want to know the most important facts about “app”?'],
  ['apps', 'Do you want to know the most important facts about “apps”?'],
  ['build an app', 'Do you want to build a web app with React and a Node.js backend?'],
  ['deploy my app to Heroku', 'Do you want to deploy your web app to Heroku through an automated pipeline?'],
  [
    'design a payment service',
    'Do you want to design the architecture of the payment service with its components and data flow?',
  ],
  ['dashboard for sales', 'Do you want to know the most important facts about “dashboard for sales”?'],
  ['script', 'Do you want to know the most important facts about “script”?'],
  ['test', 'Do you want to know the most important facts about “test”?'],
  ['unit tests', 'Do you want to add unit tests to your application with a run in CI for every change?'],
  ['Docker', 'Do you want to know the most important facts about “Docker”?'],
  ['Docker problem', 'Do you want to find the cause of the Docker problem and fix it?'],
  ['kubernetes error', 'Do you want to find the cause of the Kubernetes error and fix it?'],
  ['compare Excel and Word', 'Do you want me to compare Excel and Word, side by side in a table?'],
  ['compare Python and Excel', 'Do you want to compare Python and Excel side by side in a table?'],
  ['learn Excel', 'Do you want to learn Excel, from the basics on?'],
  ['learn Python', 'Do you want to learn the basics of Python with simple examples?'],
  ['explain git', 'Do you want to learn the basics of Git with simple examples?'],
  ['review my Python code', 'Do you want to review your Python code for mistakes and risks?'],
  ['secure Docker', 'Do you want to add authentication and access control to Docker?'],
  ['Slack bot', 'Do you want to know the most important facts about “Slack bot”?'],
  ['build a Slack bot', 'Do you want to build a Slack bot with a language model and your own documents?'],
  ['spreadsheet', 'Do you want to know the most important facts about “spreadsheet”?'],
])('"%s" is first asked back: %s', (text, question) => {
  expect(ask(text)[0]?.question).toBe(question);
});
