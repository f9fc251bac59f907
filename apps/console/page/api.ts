/** `message` can be shown to people. */
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

/** The console's routes validate their responses, so `T` is not checked here. Throws Refused. */
export async function send<T>(method: Method, path: string, body?: object): Promise<T> {
  const request: RequestInit = { method };
  if (body) {
    request.headers = { 'content-type': 'application/json' };
    request.body = JSON.stringify(body);
  }
  const response = await fetch(path, request).catch(() => {
    throw new Refused(0, 'console_away', 'The console does not answer. Is it still running?');
  });
  const text = await response.text();
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  throw toRefused(response.status, text);
}

function toRefused(status: number, text: string): Refused {
  try {
    const { code, message } = JSON.parse(text).error;
    return new Refused(status, String(code), String(message));
  } catch {
    return new Refused(status, 'unknown', `The server answered ${status}.`);
  }
}

export const get = <T>(path: string) => send<T>('GET', path);
export const post = <T>(path: string, body: object = {}) => send<T>('POST', path, body);
