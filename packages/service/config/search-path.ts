/** The schema in which the migrations create the tables, and the roles may use them. */
const schema = 'public';

/**
 * Calls `fail` if the startup `options` of a PostgreSQL URL, or its `named` schema, put another schema first: the tables
 * would be made there, where the roles have no rights.
 */
export function refuseOtherSchemas(
  fail: (fault: string) => never,
  options: string | undefined,
  named: string | undefined,
): void {
  const inOptions = listSettings(options ?? '').findLast(([setting]) => setting === 'search_path')?.[1];
  for (const path of [inOptions, named]) {
    const schemas = path?.split(',').map((one) => one.trim().replaceAll('"', ''));
    if (schemas && schemas.find((one) => one !== '$user') !== schema)
      fail(
        'asks for a schema other than public, where the tables are; leave it out, and use a database of their own.',
      );
  }
}

/** Of `-c name=value`, `-cname=value` and `--name=value`, as the server reads them; a backslash escapes a blank. */
function listSettings(options: string): [string, string][] {
  const settings = /(?:^|\s)(?:-c\s*|--)([\w.-]+)\s*=\s*((?:\\.|\S)*)/g;
  return [...options.matchAll(settings)].map(([, setting = '', value = '']) => [
    setting.toLowerCase().replaceAll('-', '_'),
    value.replaceAll(/\\(.)/g, '$1'),
  ]);
}
