import { APIConnectionError, APIError } from 'openai';
import { classifyError, isServerBusy } from '../client/errors.ts';
import { UnusableAnswer } from '../client/read-response.ts';
import type { ModelConfig } from '../config.ts';

const maxSaid = 300;

/** In one sentence what is wrong with a model server and what to do about it; with the server's status and message. */
export function explainError(
  error: unknown,
  { impl, baseUrl, model, timeoutMs }: Pick<ModelConfig, 'impl' | 'baseUrl' | 'model' | 'timeoutMs'>,
): string {
  const prefix = impl.toUpperCase();
  if (error instanceof APIConnectionError) return explainConnection(error, baseUrl, prefix);
  if (error instanceof UnusableAnswer && error.kind === 'only_thoughts')
    return `${model} spent all its tokens on thinking and had none left for the answer; choose a model that thinks less.`;
  if (error instanceof UnusableAnswer)
    return `${model} answered, but not what was asked for (${error.kind}); choose a model that follows instructions.`;
  if (classifyError(error) === 'timeout')
    return `${model} did not answer within ${timeoutMs} ms; raise LLM_TIMEOUT_MS, or use a smaller model.`;
  if (!(error instanceof APIError)) return `${baseUrl} sent something that is no answer of a model server.`;
  const said = `status ${error.status}: ${toLine(error.message)}`;
  if (isServerBusy(error))
    return `${baseUrl} is loading its model or has too much to do; try again in a minute (${said}).`;
  if (error.status === 401 || error.status === 403)
    return `${baseUrl} refuses the key; set OPENAI_API_KEY to one that it knows (${said}).`;
  if (error.status === 404)
    return `${baseUrl} has no model ${model}, or no API there; check ${prefix}_MODEL_NAME and ${prefix}_BASE_URL (${said}).`;
  return `${baseUrl} refuses the request (${said}).`;
}

const toLine = (text: string) => text.replaceAll(/\s+/gu, ' ').slice(0, maxSaid);

function explainConnection(error: Error, baseUrl: string, prefix: string): string {
  const code = findCode(error);
  if (code === 'ECONNREFUSED')
    return `No server listens at ${baseUrl}; start it, or set ${prefix}_BASE_URL to where it is.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `The name in ${baseUrl} is unknown; check ${prefix}_BASE_URL.`;
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/u.test(code))
    return `The certificate of ${baseUrl} is not trusted (${code}); name its authority in NODE_EXTRA_CA_CERTS.`;
  return `The connection to ${baseUrl} failed${code && ` (${code})`}; it may redirect, or close its connections.`;
}

/** Of the innermost cause that has one. */
function findCode(error: unknown): string {
  let code = '';
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ('code' in cause && typeof cause.code === 'string') code = cause.code;
  return code;
}
