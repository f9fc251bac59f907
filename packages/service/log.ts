import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import { type Level, type Logger, pino, stdSerializers } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { type Static, Type } from 'typebox';
import { errorCode, StartError } from './errors.ts';
import { makeDirectory } from './make-directory.ts';
import { isTracing, toTraceId } from './observability/tracing.ts';

/** What an error may say besides its message: names and codes, which come from programs. */
const harmless = [
  ...['type', 'message', 'stack', 'code', 'errno', 'syscall', 'address', 'port', 'status', 'statusCode'],
  ...['severity', 'schema', 'table', 'column', 'constraint', 'routine'],
];

/**
 * An error as a line of the log. Of its own properties only those that are known to be harmless: PostgreSQL's `detail`
 * and `where` quote rows, Redis's `command` quotes passwords, and a URL that cannot be read is quoted as `input`.
 */
export function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const all = Object.entries(stdSerializers.err(error));
  const told = Object.fromEntries(all.filter(([name]) => harmless.includes(name)));
  return error instanceof AggregateError ? { ...told, errors: error.errors.map(serializeError) } : told;
}

/** The variables of the log, to spread into an app's schema. */
export const logEnv = {
  LOG_DIR: Type.Optional(Type.String({ description: 'a directory' })),
  // One by one: of a list that is mapped, TypeBox infers never, and the compiler then checks nothing.
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

/** The log of a process: one set of destinations, one logger per service. */
export interface Log {
  /** A logger whose lines name the service. */
  of(service: string): Logger;
  /** Resolves when every line is written, after 2 s at the latest. */
  flush(): Promise<void>;
}

type Destination = ReturnType<typeof pino.destination>;

/**
 * Human lines on a terminal, JSON lines otherwise; JSON lines also in logDir/app.log. Lines gather while the
 * previous write is under way, so a line costs no system call of its own. Throws a StartError for a bad logDir.
 */
export function createLog({ logDir, logLevel = 'info' }: LogConfig = {}): Log {
  const stdout = openDestination(1, 'stdout');
  const file = logDir === undefined ? undefined : openLogFile(logDir);
  const lines = process.stdout.isTTY ? humanLines(stdout) : stdout;
  const streams = [{ stream: lines, level: 0 }, ...(file === undefined ? [] : [{ stream: file, level: 0 }])];
  const destination = pino.multistream(streams);
  return {
    of: (service) => pino(options(service, logLevel), destination),
    flush: async () => {
      await Promise.all([stdout, file].map((stream) => stream && flushed(stream)));
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

/** A line about an event names its trace, any other the trace that it was written in, if any. */
function withTrace(line: Record<string, unknown>): Record<string, unknown> {
  const { event_id } = line;
  if (typeof event_id === 'string') return { ...line, trace_id: toTraceId(event_id) };
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { ...line, trace_id: span.traceId, span_id: span.spanId } : line;
}

function humanLines(stdout: Destination) {
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
    dest = openSync(path, 'a');
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
  // minLength 1 writes at once, and lets flush() wait for what is under way.
  const destination = pino.destination({ dest, sync: false, minLength: 1, maxLength: 64 * 1024 * 1024 });
  let warned = false;
  // A full disk must not stop the service: lines wait in memory, and beyond maxLength bytes they are dropped.
  destination.on('error', (error: Error) => {
    if (!warned) process.emitWarning(`The log cannot be written to ${name}: ${error.message}`);
    warned = true;
  });
  return destination;
}

/** Also resolves when the destination fails or hangs, so that a process can always end. */
function flushed(destination: Destination): Promise<void> {
  const written = new Promise<void>((resolve) => destination.flush(() => resolve()));
  return Promise.race([written, setTimeout(2000, undefined, { ref: false })]);
}

const AGAIN_MS = 30_000;

/** Logs an error unless the same was logged less than 30 s ago: connections repeat themselves. */
export function throttledLog(log: Logger, name: string): (error: unknown) => void {
  const said = new Map<string, number>();
  return (err) => {
    const text = String(err);
    const now = performance.now();
    if (now - (said.get(text) ?? -AGAIN_MS) < AGAIN_MS) return;
    if (said.size > 100) said.clear();
    said.set(text, now);
    log.warn({ err }, name);
  };
}
