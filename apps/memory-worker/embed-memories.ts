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

const everyMs = 1_000;
/** When the model is down. */
const afterErrorMs = 5_000;
/** Until a memory whose embedding failed is tried again. */
const againMs = 60_000;
/** The backfill looks for memories that are older than the model. */
const backfillPage = 1_000;
const backfillPauseMs = 50;
const firstCursor = { tenant_id: '', user_id: '', memory_id: '00000000-0000-0000-0000-000000000000' };

/** Any number of workers share the work. */
export function embedMemories(
  { log }: Pick<Service<unknown>, 'log'>,
  db: Db,
  embedder: Embedder,
): AsyncDisposable {
  let backfillCursor: typeof firstCursor | undefined = firstCursor;

  async function run(): Promise<number> {
    if (backfillCursor) backfillCursor = await requestMissingEmbeddings(db, backfillCursor, backfillPage);
    return toPauseMs(await embedNextBatch(db, embedder), backfillCursor !== undefined);
  }

  const onError = (err: unknown) => log.warn({ err }, 'embeddings_not_stored');
  return backgroundLoop(run, { everyMs, afterErrorMs, onError });
}

interface EmbeddedBatch {
  taken: number;
  stored: number;
}

/** Until the next batch. */
export function toPauseMs({ taken, stored }: EmbeddedBatch, isBackfilling: boolean): number {
  if (stored < taken) return afterErrorMs;
  if (taken > 0) return 0;
  return isBackfilling ? backfillPauseMs : everyMs;
}

/** One call per tenant, because the budget is per tenant. */
export async function embedNextBatch(db: Db, embedder: Embedder): Promise<EmbeddedBatch> {
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
