import { v7 } from 'uuid';

/** A new id that sorts by the time it was made (UUID version 7, RFC 9562). */
export const newId = (): string => v7();
