import { Type } from 'typebox';

/** Pieces that several requests and answers share. */
export const UserId = Type.String({ minLength: 1, maxLength: 200, format: 'user-id' });
export const InputText = Type.String({ minLength: 1, maxLength: 8_000, format: 'text' });
export const InteractionId = Type.String({ format: 'uuid' });
export const UserParams = Type.Object({ user_id: UserId }, { additionalProperties: false });
