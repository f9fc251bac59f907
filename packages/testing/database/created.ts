/** The names of the databases that the tests of this file have made. */
export const createdDatabases: string[] = [];
