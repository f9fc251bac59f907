/** What ends the start-up: where the service is, and a request to paste. */
export function readyMessage(url: string, consoleUrl: string): string {
  return `
Learning loop is ready: ${url} (API: ${url}/docs, console: ${consoleUrl}). Try:

  curl -s ${url}/v1/hypothesize -H 'content-type: application/json' -d '{"user_id":"me","input_text":"build api"}'

`;
}

/** A URL that a client on this machine can use. */
export function addressOf(host: string, port: number): string {
  return `http://${reachable(host)}:${port}`;
}

/** An address that a client can use, when the server listens on all of them. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
