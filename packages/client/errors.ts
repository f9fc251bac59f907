/** The caller's mistake, in the words of the service. `status` is that of HTTP, `code` is stable and for programs. */
export class LearningLoopError extends Error {
  override name = 'LearningLoopError';
  readonly status: number;
  readonly code: string;
  /** Which field is wrong, such as `candidates.1`. */
  readonly field: string | undefined;

  constructor(status: number, { code, message, field }: { code: string; message: string; field?: string }) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

/** Of an answer that is no success, whoever gave it: a proxy between may answer in another shape. */
export function toError(status: number, body: unknown): LearningLoopError {
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : {};
  const { code, message, field } = error;
  return new LearningLoopError(status, {
    code: typeof code === 'string' ? code : 'unknown',
    message: typeof message === 'string' ? message : `The service answered with the status ${status}.`,
    ...(typeof field === 'string' && { field }),
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The service, or what is before it, cannot answer now; another time the same request may succeed. */
export const isOutage = ({ status }: LearningLoopError): boolean => status === 429 || status >= 500;
