import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

const cookie = 'learning_loop_session';
const sessionHours = 12;
const maxSessions = { all: 1_000, perTenant: 100 };

interface Session {
  key: string;
  tenant: string;
  until: number;
}

/** The browser gets a random id; the API key stays here in memory, so a restart signs everybody out. */
export class Sessions {
  readonly #open = new Map<string, Session>();

  /** The API key of the request's session. */
  findKey(request: FastifyRequest): string | undefined {
    const session = this.#open.get(readSessionId(request));
    return session && session.until > Date.now() ? session.key : undefined;
  }

  begin(reply: FastifyReply, { key, tenant }: { key: string; tenant: string }): void {
    this.#makeRoom(tenant);
    const id = randomBytes(32).toString('base64url');
    this.#open.set(id, { key, tenant, until: Date.now() + sessionHours * 3_600_000 });
    setCookie(reply, id, sessionHours * 3_600);
  }

  /** A tenant with too many sessions loses its own oldest; if all have too many, the tenant with most of them does. */
  #makeRoom(tenant: string): void {
    for (const [id, { until }] of this.#open) if (until <= Date.now()) this.#open.delete(id);
    const byTenant = Map.groupBy(this.#open.keys(), (id) => this.#open.get(id)?.tenant ?? '');
    const own = byTenant.get(tenant) ?? [];
    const [largest = []] = [...byTenant.values()].sort((a, b) => b.length - a.length);
    const oldest = (own.length >= maxSessions.perTenant ? own : largest)[0];
    if (own.length < maxSessions.perTenant && this.#open.size < maxSessions.all) return;
    if (oldest !== undefined) this.#open.delete(oldest);
  }

  end(request: FastifyRequest, reply: FastifyReply): void {
    this.#open.delete(readSessionId(request));
    setCookie(reply, '', 0);
  }
}

function readSessionId({ headers }: FastifyRequest): string {
  const match = new RegExp(`(?:^|; )${cookie}=([\\w-]+)`, 'u').exec(headers.cookie ?? '');
  return match?.[1] ?? '';
}

function setCookie(reply: FastifyReply, value: string, maxAge: number): void {
  const secure = reply.request.protocol === 'https' ? '; Secure' : '';
  reply.header(
    'set-cookie',
    `${cookie}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${secure}`,
  );
}
