import { type ConnectionOptions, getCACertificates } from 'node:tls';
import type { UrlParameters } from './url-parameters.ts';

interface Tls {
  /** Undefined: as PGSSLMODE says. */
  ssl: boolean | ConnectionOptions | undefined;
  sslnegotiation: 'postgres' | 'direct' | undefined;
  enableChannelBinding: boolean | undefined;
}

const checks = {
  disable: 'disable',
  'no-verify': 'no-verify',
  require: 'require',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
} as const;
type Check = keyof typeof checks;

/**
 * Like libpq, but `require` checks the certificate, as pg does: `no-verify` is the word for encrypting without a check.
 * `prefer` and `allow` are refused, because they leave open whether the connection is encrypted.
 */
export function readPostgresTls(parameters: UrlParameters, isSocket: boolean, fail: Fail): Tls {
  const { takeOneOf, takeFile, take } = parameters;
  const ca = readAuthority(parameters);
  const check = readCheck(parameters, ca !== undefined, fail);
  const options: ConnectionOptions = {
    ...toOption('ca', ca),
    ...toOption('cert', takeFile('sslcert')),
    ...toOption('key', takeFile('sslkey')),
    ...toOption('passphrase', take('sslpassword')),
    ...toOption('minVersion', takeOneOf('ssl_min_protocol_version', versions)),
    ...toOption('maxVersion', takeOneOf('ssl_max_protocol_version', versions)),
    ...(check === 'no-verify' ? { rejectUnauthorized: false } : {}),
    ...(check === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
  };
  const isAsked = check !== undefined || Object.keys(options).length > 0;
  return {
    // libpq does not encrypt a socket of the same machine either.
    ssl: isSocket || check === 'disable' ? false : isAsked ? options : undefined,
    sslnegotiation: takeOneOf('sslnegotiation', { postgres: 'postgres', direct: 'direct' }),
    enableChannelBinding: takeOneOf('channel_binding', { require: true, prefer: true, disable: false }),
  };
}

type Fail = (fault: string) => never;

function toOption<T>(option: string, value: T | undefined) {
  return value === undefined ? {} : { [option]: value };
}

const versions = {
  TLSv1: 'TLSv1',
  'TLSv1.1': 'TLSv1.1',
  'TLSv1.2': 'TLSv1.2',
  'TLSv1.3': 'TLSv1.3',
} as const;

/** `ssl` is what other drivers call `sslmode`; `sslaccept` is Prisma's, `uselibpqcompat` pg's. */
function readCheck({ takeOneOf }: UrlParameters, hasAuthority: boolean, fail: Fail): Check | undefined {
  const mode = takeOneOf<Check>('sslmode', checks);
  const words = { true: 'require', 1: 'require', false: 'disable', 0: 'disable' } as const;
  const ssl = takeOneOf<Check>('ssl', { ...words, ...checks });
  if (mode && ssl && (mode === 'disable') !== (ssl === 'disable'))
    fail('has ssl and sslmode, which contradict each other; leave ssl out.');
  const check = mode ?? ssl;
  const compatible = takeOneOf('uselibpqcompat', { true: true, false: false }) && !hasAuthority;
  const accepting = takeOneOf('sslaccept', { accept_invalid_certs: true, strict: false });
  if (check === 'verify-ca' && !hasAuthority)
    fail(
      'has sslmode=verify-ca without an authority; add sslrootcert=/path/to/ca.crt, or write verify-full.',
    );
  return check === 'require' && (compatible || accepting) ? 'no-verify' : check;
}

/** `system` is libpq's word for the authorities of the machine. */
function readAuthority(parameters: UrlParameters): string | string[] | undefined {
  const file = parameters.peek('sslrootcert');
  if (file !== 'system') return parameters.takeFile('sslrootcert');
  parameters.take('sslrootcert');
  return getCACertificates('system');
}
