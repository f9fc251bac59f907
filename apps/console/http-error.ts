/** An answer that is not 2xx; the message says what to do. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly statusCode: number;
  readonly code: string;

  constructor(statusCode: number, code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.statusCode = statusCode;
    this.code = code;
  }
}
