import { constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import { type Level, type Logger, pino, stdSerializers } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { type Static, Type } from 'typebox';
import { errorCode, StartError } from './errors.ts';
import { makeDirectory } from './make-directory.ts';
import { isTracing, toTraceId } from './observability/tracing.ts';

const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;

const safeFields = [
  ...['type', 'message', 'stack', 'code', 'errno', 'syscall', 'address', 'port', 'status', 'statusCode'],
  ...['severity', 'schema', 'table', 'column', 'constraint', 'routine'],
];

/** Leaves out what may quote rows (Postgres's `detail`, `where`) or passwords (Redis's `command`, a bad URL's `input`). */
export function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const all = Object.entries(stdSerializers.err(error));
  const safe = Object.fromEntries(all.filter(([name]) => safeFields.includes(name)));
  return error instanceof AggregateError ? { ...safe, errors: error.errors.map(serializeError) } : safe;
}

export const logEnv = {
  LOG_DIR: Type.Optional(Type.String({ description: 'a directory' })),
  // Not mapped from a list: TypeBox would infer never, and the compiler would check nothing.
  LOG_LEVEL: Type.Union(
    [
      ...[Type.Literal('fatal'), Type.Literal('error'), Type.Literal('warn'), Type.Literal('info')],
      ...[Type.Literal('debug'), Type.Literal('trace'), Type.Literal('silent')],
    ],
    { default: 'info' },
  ),
};

export interface LogConfig {
  logDir?: string | undefined;
  logLevel?: Level | 'silent' | undefined;
}

export function logConfig(env: Static<Type.TObject<typeof logEnv>>): LogConfig {
  return { logDir: env.LOG_DIR, logLevel: env.LOG_LEVEL };
}

export interface Log {
  createLogger(service: string): Logger;
  /** Resolves when every line is written, or after 2 s. */
  flush(): Promise<void>;
}

type Destination = ReturnType<typeof pino.destination>;

/** Pretty lines on a terminal, otherwise JSON lines; also in logDir/app.log. Throws a StartError for a bad logDir. */
export function createLog({ logDir, logLevel = 'info' }: LogConfig = {}): Log {
  const stdout = openDestination(1, 'stdout');
  const file = logDir === undefined ? undefined : openLogFile(logDir);
  const terminal = process.stdout.isTTY ? prettyLines(stdout) : stdout;
  const streams = [
    { stream: terminal, level: 0 },
    ...(file === undefined ? [] : [{ stream: file, level: 0 }]),
  ];
  const destination = pino.multistream(streams);
  return {
    createLogger: (service) => pino(options(service, logLevel), destination),
    flush: async () => {
      await Promise.all([stdout, file].map((stream) => stream && flush(stream)));
    },
  };
}

function options(service: string, level: string) {
  return {
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: serializeError },
    formatters: {
      level: (label: string) => ({ level: label }),
      ...(isTracing() ? { log: withTrace } : {}),
    },
  };
}

function withTrace(line: Record<string, unknown>): Record<string, unknown> {
  const { event_id } = line;
  if (typeof event_id === 'string') return { ...line, trace_id: toTraceId(event_id) };
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { ...line, trace_id: span.traceId, span_id: span.spanId } : line;
}

function prettyLines(stdout: Destination) {
  const pretty = prettyFactory({
    colorize: true,
    ignore: 'pid',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
  return { write: (line: string) => void stdout.write(pretty(line)) };
}

function openLogFile(directory: string): Destination {
  const path = join(directory, 'app.log');
  let dest: number;
  try {
    makeDirectory(directory);
    // Without O_NONBLOCK a pipe that nobody reads would hold the start for ever.
    dest = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK);
  } catch (error) {
    throw new StartError(
      `The log ${path} cannot be written (${errorCode(error)}); set LOG_DIR to a directory that can.`,
      {
        cause: error,
      },
    );
  }
  return openDestination(dest, path);
}

function openDestination(dest: number, name: string): Destination {
  // minLength 1 writes at once, and lets flush() wait for a write in progress.
  const destination = pino.destination({ dest, sync: false, minLength: 1, maxLength: 64 * 1024 * 1024 });
  let warned = false;
  // A full disk must not stop the service: lines wait in memory, and are dropped beyond maxLength bytes.
  destination.on('error', (error: Error) => {
    if (!warned) process.emitWarning(`The log cannot be written to ${name}: ${error.message}`);
    warned = true;
  });
  return destination;
}

/** Resolves even if the destination hangs, so that the process can exit. */
function flush(destination: Destination): Promise<void> {
  const written = new Promise<void>((resolve) => destination.flush(() => resolve()));
  return Promise.race([written, setTimeout(2000, undefined, { ref: false })]);
}

const REPEAT_MS = 30_000;

/** Logs the same error at most every 30 s: connections repeat theirs. */
export function throttledLog(log: Logger, name: string): (error: unknown) => void {
  const loggedAt = new Map<string, number>();
  return (err) => {
    const text = String(err);
    const now = performance.now();
    if (now - (loggedAt.get(text) ?? -REPEAT_MS) < REPEAT_MS) return;
    if (loggedAt.size > 100) loggedAt.clear();
    loggedAt.set(text, now);
    log.warn({ err }, name);
  };
}
