/** What a server refused, in words that can be shown. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Asks this console's server, whose routes check what they answer against their schemas. Throws Refused. */
export async function ask<T>(method: Method, path: string, body?: object): Promise<T> {
  const request: RequestInit = { method };
  if (body) {
    request.headers = { 'content-type': 'application/json' };
    request.body = JSON.stringify(body);
  }
  const answer = await fetch(path, request).catch(() => {
    throw new Refused(0, 'console_away', 'The console does not answer. Is it still running?');
  });
  const text = await answer.text();
  if (answer.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  throw refusalOf(answer.status, text);
}

function refusalOf(status: number, text: string): Refused {
  try {
    const { code, message } = JSON.parse(text).error;
    return new Refused(status, String(code), String(message));
  } catch {
    return new Refused(status, 'unknown', `The server answered ${status}.`);
  }
}

export const get = <T>(path: string) => ask<T>('GET', path);
export const post = <T>(path: string, body: object = {}) => ask<T>('POST', path, body);
