/** An expected failure. Its message is one sentence: what is wrong and what to do. */
export class StartError extends Error {
  override name = 'StartError';
}

/** Its message says what is wrong and what the caller can do. */
export class HttpError extends Error {
  override name = 'HttpError';
  readonly statusCode: number;
  readonly code: string;

  constructor(statusCode: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.statusCode = statusCode;
    this.code = code;
  }
}

const maxEchoLength = 200;

/** What was sent, as an error may quote it: cut to 200 characters. */
export const echo = (sent: string): string =>
  sent.length <= maxEchoLength ? sent : `${sent.slice(0, maxEchoLength - 1).toWellFormed()}…`;

export function toListenError(error: unknown, host: string, port: number): unknown {
  const code = errorCode(error);
  const sentences: Record<string, string> = {
    EADDRINUSE: `Port ${port} on ${host} is taken; stop what listens there or choose another port.`,
    EADDRNOTAVAIL: `${host} is not an address of this machine; choose another host to listen on.`,
    ENOTFOUND: `The host ${host} is unknown; choose another host to listen on.`,
    EACCES: `Port ${port} may not be opened by this user; choose a port above 1023.`,
  };
  const sentence = code === undefined ? undefined : sentences[code];
  return sentence === undefined ? error : new StartError(sentence, { cause: error });
}

/** Such as ENOENT, or a SQLSTATE. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
