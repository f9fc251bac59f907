/**
 * The longest event loop delay of these apps since the last call, in ms; undefined if none reports it. Apps measure
 * it with a timer of 10 ms (`monitorEventLoopDelay`).
 */
export async function longestPauseMs(urls: string[]): Promise<number | undefined> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  const pauses = texts.flatMap((text) => {
    const seconds = /^nodejs_eventloop_lag_max_seconds(?:\{[^}]*\})? (\S+)$/mu.exec(text)?.[1];
    return seconds === undefined ? [] : [Number(seconds) * 1_000];
  });
  return pauses.length === 0 ? undefined : Math.max(...pauses);
}
