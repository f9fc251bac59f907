import { backgroundLoop } from '@learning-loop/async/background-loop';
import type { Db } from '@learning-loop/db/connect';
import {
  type DueEmbedding,
  requestMissingEmbeddings,
  storeEmbeddings,
  takeDueEmbeddings,
} from '@learning-loop/db/users/embeddings';
import { type Embedder, maxBatch } from '@learning-loop/llm/embeddings/embed';
import type { Service } from '@learning-loop/service/service';

const lookEveryMs = 1_000;
/** A model that does not answer is left alone for so long. */
const restMs = 5_000;
/** What could not be embedded is tried again after this time. */
const againMs = 60_000;
/** Memories of before there was a model, looked through at a time. */
const pageSize = 1_000;
/** Between two such looks. */
const pauseMs = 50;
const beforeTheFirst = { tenant_id: '', user_id: '', memory_id: '00000000-0000-0000-0000-000000000000' };

/** Embeds what is learned, after it was: nobody waits for it. Several workers share the work. */
export function embedMemories(
  { log }: Pick<Service<unknown>, 'log'>,
  db: Db,
  embedder: Embedder,
): AsyncDisposable {
  let place: typeof beforeTheFirst | undefined = beforeTheFirst;

  async function step(): Promise<number> {
    if (place) place = await requestMissingEmbeddings(db, place, pageSize);
    const { taken, stored } = await embedNextBatch(db, embedder);
    if (stored < taken) return restMs;
    if (taken > 0) return 0;
    return place ? pauseMs : lookEveryMs;
  }

  const onError = (err: unknown) => log.warn({ err }, 'embeddings_not_stored');
  return backgroundLoop(step, { everyMs: lookEveryMs, afterErrorMs: restMs, onError });
}

/** Embeds some of the memories that have no vector of this model: one call for each tenant, which pays for it. */
export async function embedNextBatch(db: Db, embedder: Embedder): Promise<{ taken: number; stored: number }> {
  const due = await takeDueEmbeddings(db, { model: embedder.model, limit: maxBatch, againMs });
  let stored = 0;
  for (const [tenantId, ofTenant] of Map.groupBy(due, ({ tenant_id }) => tenant_id)) {
    const embedded = await embedAll(embedder, tenantId, ofTenant);
    await storeEmbeddings(db, embedder.model, embedded);
    stored += embedded.length;
  }
  return { taken: due.length, stored };
}

async function embedAll(embedder: Embedder, tenantId: string, due: DueEmbedding[]) {
  const vectors = await embedder.embed(
    tenantId,
    due.map(({ content }) => content),
  );
  return due.flatMap((memory, i) => {
    const vector = vectors?.[i];
    return vector ? [{ ...memory, vector }] : [];
  });
}
