import { ConfigError } from './read-env.ts';

interface Endpoint {
  /** Decoded, without brackets; may be empty. */
  host: string;
  port: number | undefined;
}

export interface UrlParts {
  /** Undefined when there is none; an empty text when there is an empty one. */
  username: string | undefined;
  password: string | undefined;
  hosts: Endpoint[];
  /** What stands between the slashes after the hosts, decoded. */
  path: string[];
  parameters: Map<string, string>;
}

/**
 * Reads `scheme://user:password@host:port,host:port/path?name=value`, as people write it: a user name and a password may
 * hold unescaped `@`, `:` and spaces. Throws a ConfigError that begins with `name`, says which part is at fault, and
 * shows nothing that may be secret.
 */
export function splitUrl(name: string, url: string): UrlParts {
  const fail = (fault: string): never => {
    throw new ConfigError(`${name} ${fault}`);
  };
  const rest = url.slice(url.indexOf('://') + 3);
  refuseStrayCharacters(rest, fail);
  const authority = /^[^/?]*/.exec(rest)?.[0] ?? '';
  const tail = rest.slice(authority.length);
  refuseSplitLogin(authority, tail, fail);
  const at = authority.lastIndexOf('@');
  const [path = '', query = ''] = splitOnce(tail, '?');
  return {
    ...readLogin(at < 0 ? undefined : authority.slice(0, at), fail),
    hosts: authority
      .slice(at + 1)
      .split(',')
      .map((host) => readEndpoint(host, fail)),
    path: path
      .split('/')
      .slice(1)
      .map((part) => decode(part, 'path', fail)),
    parameters: readParameters(query, fail),
  };
}

type Fail = (fault: string) => never;

function refuseStrayCharacters(rest: string, fail: Fail): void {
  if (/[\n\r\t]/.test(rest)) fail('has a line break or a tab in it; remove it.');
  if (/\$\{|\$\(|\{\{/.test(rest))
    fail('holds a placeholder in braces, which nothing filled in; write the value itself.');
  if (rest.includes('#'))
    fail('holds an unescaped "#"; write %23 if it belongs there, or remove what follows.');
}

/** An unescaped `/` or `?` in a password ends the host too early: what follows would be taken for a database. */
function refuseSplitLogin(authority: string, tail: string, fail: Fail): void {
  const [path = '', query = ''] = splitOnce(tail, '?');
  const names = query.split('&').map((parameter) => splitOnce(parameter, '=')[0]);
  const inLogin = authority.includes('@') ? [path, ...names].join() : tail;
  if (!inLogin.includes('@')) return;
  const character = tail.charAt(0);
  const escaped = character === '/' ? '%2F' : '%3F';
  fail(
    `holds an unescaped "${character}" in its user name or password; write ${escaped} there, and %40 for an "@" that comes later.`,
  );
}

function readLogin(login: string | undefined, fail: Fail): Pick<UrlParts, 'username' | 'password'> {
  if (login === undefined) return { username: undefined, password: undefined };
  const [username = '', password] = splitOnce(login, ':');
  return {
    username: decode(username, 'user name', fail),
    password: password === undefined ? undefined : decode(password, 'password', fail),
  };
}

const endpointPattern = /^(?:\[([0-9a-f:.]+(?:%25[\w.-]+)?)\]|([^\s:[\]"'`<>|\\^{}@]*))(?::(.*))?$/i;

function readEndpoint(text: string, fail: Fail): Endpoint {
  const [, bracketed, plain = '', port] = endpointPattern.exec(text) ?? [];
  if (bracketed === undefined && text.split(':').length > 2)
    fail('has more than one ":" in its host; put an IPv6 address in brackets, as in [::1]:port.');
  if (!endpointPattern.test(text)) fail('has a host that cannot be one; write user:password@host:port.');
  return { host: decode(bracketed ?? plain, 'host', fail), port: readPort(port, fail) };
}

function readPort(text: string | undefined, fail: Fail): number | undefined {
  if (!text) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  return fail(
    'has a port that is no number from 1 to 65535; write user:password@host:port, with special characters escaped.',
  );
}

function readParameters(query: string, fail: Fail): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const parameter of query.split('&').filter(Boolean)) {
    const [name = '', value = ''] = splitOnce(parameter, '=').map((part) => decode(part, 'parameters', fail));
    if (parameters.has(name)) fail(`has the parameter ${name} twice; leave one out.`);
    parameters.set(name, value);
  }
  return parameters;
}

function decode(text: string, part: string, fail: Fail): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail(`has a "%" in its ${part} that begins no escape sequence; write it as %25.`);
  }
}

/** The parts before and after the first separator; one part if there is none. */
function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
