const WIDTH = 24;
const PLAIN_LINES = 4;

/** Shows how far something is: a bar on a terminal, a plain line now and then elsewhere. `step` is called `total` times. */
export function showProgress(label: string, total: number): { step(): void } {
  const started = performance.now();
  let done = 0;
  return {
    step() {
      done += 1;
      const perSecond = Math.round((done * 1000) / Math.max(performance.now() - started, 1));
      const figures = `${done} of ${total}, ${perSecond}/s`;
      if (process.stdout.isTTY)
        say(`\r  ${label} ${bar(done / total)} ${figures}${done === total ? '\n' : ''}`);
      else if (Math.floor((done * PLAIN_LINES) / total) > Math.floor(((done - 1) * PLAIN_LINES) / total)) {
        say(`  ${label}: ${figures}\n`);
      }
    },
  };
}

function bar(share: number): string {
  const filled = Math.round(WIDTH * share);
  return '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
}

const say = (text: string) => void process.stdout.write(text);
