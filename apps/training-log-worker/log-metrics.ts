import type { Written } from '@learning-loop/training-log/disk/writer';
import { Counter, Histogram, type Registry } from 'prom-client';

/** Counts what reaches the disk, and how long it takes to be durable there. */
export function logMetrics(registry: Registry): (written: Written) => void {
  const registers = [registry];
  const bytes = new Counter({
    name: 'learning_loop_training_log_bytes_total',
    help: 'Bytes that are durable in the training log.',
    labelNames: ['log'],
    registers,
  });
  const seconds = new Histogram({
    name: 'learning_loop_training_log_fsync_seconds',
    help: 'Time that one group of lines took to be written and synced to disk.',
    labelNames: ['log'],
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
    registers,
  });
  return (written) => {
    bytes.inc({ log: written.log }, written.bytes);
    seconds.observe({ log: written.log }, written.seconds);
  };
}
