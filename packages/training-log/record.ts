import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';

/**
 * The record of a line, or undefined for a broken line. The writer checked what it wrote; here only what identifies a
 * record is checked.
 */
export function parseRecord<N extends LogName>(line: Buffer): TrainingRecords[N] | undefined {
  try {
    const value: unknown = JSON.parse(line.toString());
    const identified = typeof value === 'object' && value !== null && 'event_id' in value;
    return identified && typeof value.event_id === 'string' ? (value as TrainingRecords[N]) : undefined;
  } catch {
    return undefined;
  }
}
