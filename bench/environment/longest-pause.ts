/**
 * The longest time for which the event loop of one of these apps was held up since it was asked last, in ms; undefined
 * where none says so. An app measures it while it waits for a timer of 10 ms (`monitorEventLoopDelay`).
 */
export async function longestPauseMs(urls: string[]): Promise<number | undefined> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  const pauses = texts.flatMap((text) => {
    const seconds = /^nodejs_eventloop_lag_max_seconds(?:\{[^}]*\})? (\S+)$/mu.exec(text)?.[1];
    return seconds === undefined ? [] : [Number(seconds) * 1_000];
  });
  return pauses.length === 0 ? undefined : Math.max(...pauses);
}
