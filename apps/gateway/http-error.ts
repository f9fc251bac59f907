/** An answer that is the caller's to act on. `message` says what is wrong and what to do. */
export class HttpError extends Error {
  readonly statusCode: number;
  readonly code: string;
  constructor(statusCode: number, code: string, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
  }
}

/** What was begun for a user who was erased meanwhile. */
export const userErased = () =>
  new HttpError(409, 'user_erased', 'This user was erased meanwhile; nothing was stored. Begin anew.');
