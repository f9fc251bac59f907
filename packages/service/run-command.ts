import { ConfigError } from './config/read-env.ts';
import { StartError } from './errors.ts';

/** Runs a command to its end. A ConfigError or StartError goes to stderr as its sentence, and sets the exit code to 1. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StartError || error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
