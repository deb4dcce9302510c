import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';

export interface Call {
  readonly method: string;
  /** As it goes over the wire, query included. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One request with nothing added and nothing tidied up: paths keep their dots, answers stay undecoded. */
export function send(url: string, call: Call): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, method: call.method, path: call.path, headers: call.headers ?? {}, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
          resolve({ status: response.statusCode ?? 0, headers: new Map(headers), body: Buffer.concat(chunks) });
        });
      },
    );
    request.on('error', reject);
    request.end(call.body);
  });
}

export function basic({ accessKeyId, secretAccessKey }: Keys): string {
  return `Basic ${Buffer.from(`${accessKeyId}:${secretAccessKey}`).toString('base64')}`;
}

/** Signs the way AWS describes it (version 4, headers), written apart from what the stand-in verifies with. */
export function signed(url: string, call: Call, keys: Keys, clockSkewMs = 0): Call {
  const time = amzTime(clockSkewMs);
  const headers: Record<string, string> = {
    host: new URL(url).host,
    'x-amz-content-sha256': hash(call.body ?? ''),
    'x-amz-date': time,
    ...Object.fromEntries(Object.entries(call.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
  };
  const names = Object.keys(headers)
    .filter((name) => name === 'host' || name.startsWith('x-amz-'))
    .sort();
  const payload = headers['x-amz-content-sha256'] ?? '';
  const signature = signatureOf({ call, headers, names, payload, time, secret: keys.secretAccessKey });
  const credential = `${keys.accessKeyId}/${scopeOf(time)}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...call, headers: { ...headers, authorization } };
}

/** The same in the URL, for `seconds`. */
export function presigned(url: string, call: Call, keys: Keys, seconds: number, clockSkewMs = 0): Call {
  const time = amzTime(clockSkewMs);
  const query = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${keys.accessKeyId}/${scopeOf(time)}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(seconds),
    'X-Amz-SignedHeaders': 'host',
  });
  const unsigned = { ...call, path: `${call.path}?${query}` };
  const headers = { host: new URL(url).host };
  const rest = { headers, names: ['host'], payload: 'UNSIGNED-PAYLOAD', time, secret: keys.secretAccessKey };
  return { ...call, path: `${unsigned.path}&X-Amz-Signature=${signatureOf({ call: unsigned, ...rest })}` };
}

interface ToSign {
  readonly call: Call;
  readonly headers: Readonly<Record<string, string>>;
  readonly names: readonly string[];
  readonly payload: string;
  readonly time: string;
  readonly secret: string;
}

function signatureOf({ call, headers, names, payload, time, secret }: ToSign): string {
  const [path = '', query = ''] = call.path.split('?');
  const pairs = query.split('&').filter((pair) => pair !== '');
  const canonical = [
    call.method,
    path,
    pairs
      .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${headers[name]?.trim()}`),
    '',
    names.join(';'),
    payload,
  ].join('\n');
  const key = scopeOf(time)
    .split('/')
    .reduce<string | Buffer>((k, part) => hmac(k, part), `AWS4${secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', time, scopeOf(time), hash(canonical)].join('\n')).toString('hex');
}

function amzTime(clockSkewMs: number): string {
  return new Date(Date.now() + clockSkewMs).toISOString().replace(/[-:]|\.\d+/g, '');
}

function scopeOf(time: string): string {
  return `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
}

function hash(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
