import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

const cookie = 'learning_loop_session';
const sessionHours = 12;
const maxSessions = 1_000;

interface Session {
  key: string;
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

  begin(reply: FastifyReply, key: string): void {
    const oldest = this.#open.keys().next().value;
    if (this.#open.size >= maxSessions && oldest !== undefined) this.#open.delete(oldest);
    const id = randomBytes(32).toString('base64url');
    this.#open.set(id, { key, until: Date.now() + sessionHours * 3_600_000 });
    setCookie(reply, id, sessionHours * 3_600);
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
