import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

const Caller = Type.Object({ tenant_id: Type.String(), role: Type.String() });
type Caller = Type.Static<typeof Caller>;
const callerParser = Compile(Caller);

export interface GatewayClient {
  /** Undefined if the gateway rejects the key, or the lack of one. Rejects if the gateway is down. */
  authenticate(key: string | undefined): Promise<Caller | undefined>;
  /** Rejects if the gateway is down. */
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
      const response = await send({ method: 'GET', path: '/v1/session', key });
      if (response.ok) return callerParser.Parse(await response.json());
      if (response.status < 500) return undefined;
      throw new Error(`The gateway answered ${response.status}.`);
    },
  };
}
