import { v5, v7 } from 'uuid';

const namespace = '5f1b2c39-7a52-4c51-9f0e-3d1a7c64b2f8';

/** A new id that sorts by the time it was made (UUID version 7, RFC 9562). */
export const newId = (): string => v7();

/** The same text always gives the same id (UUID version 5, RFC 9562). */
export const idOf = (text: string): string => v5(text, namespace);
