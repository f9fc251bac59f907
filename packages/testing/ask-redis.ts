import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';

/** Where the redis-server that works in this directory also listens. */
export function socketIn(directory: string): string {
  return join(directory, 'redis.sock');
}

/** Sends one command; resolves at OK, or when the server ends because of it. Rejects when no server is there. */
export async function askRedis(directory: string, command: string): Promise<void> {
  const socket = connect(socketIn(directory));
  socket.write(`${command}\r\n`);
  const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'end')]);
  socket.destroy();
  if (answer !== undefined && !String(answer).startsWith('+OK')) {
    throw new Error(`redis-server answers ${command} with ${answer}`);
  }
}
