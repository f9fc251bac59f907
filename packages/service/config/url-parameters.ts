import { readFileSync } from 'node:fs';
import { errorCode } from '../errors.ts';
import { ConfigError } from './read-env.ts';

export type UrlParameters = ReturnType<typeof takeParameters>;

/** Hands out the parameters of a URL by name. Every fault is a ConfigError that begins with `name`. */
export function takeParameters(name: string, parameters: Map<string, string>) {
  const left = new Map(parameters);
  const fail = (fault: string): never => {
    throw new ConfigError(`${name} ${fault}`);
  };

  /** The value under one of these names, which mean the same; undefined if it is not there. */
  function take(...names: string[]): string | undefined {
    const found = names.filter((one) => left.has(one));
    if (found.length > 1)
      fail(`has the parameters ${found.join(' and ')}, which mean the same; leave one out.`);
    const [one] = found;
    if (one === undefined) return undefined;
    const value = left.get(one);
    left.delete(one);
    if (!value) fail(`has the parameter ${one} without a value; give it one, or leave it out.`);
    return value;
  }

  /** What the value stands for in `meanings`. */
  function takeOneOf<T>(parameter: string, meanings: Record<string, T>): T | undefined {
    const text = take(parameter);
    if (text === undefined) return undefined;
    if (Object.hasOwn(meanings, text)) return meanings[text];
    return fail(
      `has a ${parameter} that is none of ${Object.keys(meanings).join(', ')}; write one of these.`,
    );
  }

  function takeInteger(parameter: string): number | undefined {
    const text = take(parameter);
    if (text === undefined || /^\d{1,9}$/.test(text)) return text === undefined ? undefined : Number(text);
    return fail(`has a ${parameter} that is no whole number; correct it.`);
  }

  /** The content of the file that the parameter names. */
  function takeFile(parameter: string): string | undefined {
    const file = take(parameter);
    if (file === undefined) return undefined;
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      return fail(
        `names ${file} as ${parameter}, which cannot be read (${errorCode(error)}); correct the path.`,
      );
    }
  }

  /** To call at the end: nothing that the URL says is ignored. `remedies` are by name, each the end of a sentence. */
  function refuseOthers(remedies: Record<string, string> = {}): void {
    const [other] = left.keys();
    if (other === undefined) return;
    const shown = /^[\w.-]{1,40}$/.test(other) ? other : 'that is unknown';
    const remedy = Object.hasOwn(remedies, other) ? remedies[other] : 'is not supported; leave it out';
    fail(`has the parameter ${shown}, which ${remedy}.`);
  }

  const peek = (parameter: string) => left.get(parameter);

  return { peek, take, takeOneOf, takeInteger, takeFile, refuseOthers };
}
