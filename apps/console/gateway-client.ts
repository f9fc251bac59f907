import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

const Caller = Type.Object({ tenant_id: Type.String(), role: Type.String() });
type Caller = Type.Static<typeof Caller>;
const callerAnswer = Compile(Caller);

export interface GatewayClient {
  /** Who this key (or nobody's) is; undefined when the gateway does not let it look. Rejects when it is away. */
  authenticate(key: string | undefined): Promise<Caller | undefined>;
  /** Passes a request on. Rejects when the gateway is away. */
  send(request: {
    method: string;
    path: string;
    body?: string | undefined;
    key: string | undefined;
  }): Promise<Response>;
}

const timeoutMs = 15_000;

export function openGatewayClient(gatewayUrl: string): GatewayClient {
  function send({ method, path, body, key }: Parameters<GatewayClient['send']>[0]): Promise<Response> {
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    return fetch(gatewayUrl + path, {
      method,
      headers,
      body: body ?? null,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
  }
  return {
    send,
    async authenticate(key) {
      const answer = await send({ method: 'GET', path: '/v1/session', key });
      if (answer.ok) return callerAnswer.Parse(await answer.json());
      if (answer.status < 500) return undefined;
      throw new Error(`The gateway answered ${answer.status}.`);
    },
  };
}
