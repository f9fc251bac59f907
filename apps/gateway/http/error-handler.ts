import { isOutage } from '@learning-loop/db/errors';
import { echo, HttpError } from '@learning-loop/service/errors';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { textFormats } from './validation.ts';

interface ErrorBody {
  statusCode: number;
  code: string;
  message: string;
  field?: string;
}

const unavailableForSeconds = 1;

/** Errors that the caller did not cause are logged, without details in the response. */
export function registerErrorHandler(server: FastifyInstance): void {
  server.setErrorHandler((error: FastifyError, request, reply) => toErrorBody(error, request, reply));
  server.setNotFoundHandler((request, reply) =>
    send(reply, {
      statusCode: 404,
      code: 'no_such_route',
      message: `There is no ${request.method} ${echo(pathOf(request))}; the routes are listed at /docs.`,
    }),
  );
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? '';

/** Malformed or overlong URLs. */
export function reportUnroutable(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  send(reply, toClientError(error));
}

function toErrorBody(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error.validation) return send(reply, toValidationError(error));
  if (error.statusCode !== undefined && error.statusCode < 500) return send(reply, toClientError(error));
  if (isOutage(error)) {
    request.log.warn({ err: error }, 'database_away');
    return send(reply.header('retry-after', unavailableForSeconds), unavailable);
  }
  request.log.error({ err: error }, 'request_failed');
  return send(reply, internal);
}

function send(reply: FastifyReply, { statusCode, ...error }: ErrorBody): FastifyReply {
  return reply.status(statusCode).send({ error });
}

const internal: ErrorBody = {
  statusCode: 500,
  code: 'internal_error',
  message: 'Something went wrong on our side; the log has the details under this request id.',
};
const unavailable: ErrorBody = {
  statusCode: 503,
  code: 'unavailable',
  message: 'The database cannot be reached; nothing was stored. Try again shortly.',
};

function toClientError({ statusCode = 400, code, message }: FastifyError): ErrorBody {
  const names: Record<string, string> = {
    FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
    FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
    FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_json',
    FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
  };
  return {
    statusCode,
    code: names[code] ?? (/^[a-z][a-z0-9_]*$/u.test(code ?? '') ? code : 'bad_request'),
    // Fastify quotes a path that it refuses, whatever its length.
    message: message.replace(/'(.+)'/su, (_, quoted: string) => `'${echo(quoted)}'`),
  };
}

function toValidationError(error: FastifyError): ErrorBody {
  const [fault] = error.validation ?? [];
  const within = `${error.validationContext ?? 'body'}${fault?.instancePath ?? ''}`;
  const extra = fault?.params['additionalProperty'] ?? fault?.params['missingProperty'];
  const named = `${within}${extra === undefined ? '' : `/${String(extra)}`}`;
  const field = echo(named.replaceAll('/', '.').replace(/^body\./u, ''));
  return { statusCode: 400, code: 'invalid_request', field, message: `${field} ${describeRule(fault)}.` };
}

function describeRule(
  fault: { keyword: string; message?: string; params: Record<string, unknown> } | undefined,
): string {
  if (fault?.keyword === 'additionalProperties') return 'is not a known field; remove it';
  if (fault?.keyword === 'required') return 'is missing';
  if (fault?.keyword === 'uniqueItems')
    return `holds the same text twice, at ${fault.params['i']} and ${fault.params['j']}; leave one out`;
  const format = textFormats[fault?.params['format'] as keyof typeof textFormats];
  return format?.rule ?? fault?.message ?? 'is not valid';
}

/** For users who were erased during the request. */
export const userErased = () =>
  new HttpError(409, 'user_erased', 'This user was erased meanwhile; nothing was stored. Begin anew.');
