import { LakeError } from '../lake-error.ts';

export interface UploadedContent {
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
}

/** The object in an upload: the body itself, or the part named `content` of a form. */
export function contentOf(contentType: string | undefined, body: Buffer): UploadedContent {
  if (contentType === undefined || !contentType.startsWith('multipart/form-data')) return { bytes: body, contentType };
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) throw new LakeError('broken', 'no multipart boundary param in Content-Type');
  for (const part of partsOf(body, boundary)) {
    if (/\bname="content"/.test(part.head)) {
      return { bytes: part.bytes, contentType: /^content-type:\s*(.+)$/im.exec(part.head)?.[1]?.trim() };
    }
  }
  throw new LakeError('broken', "multipart upload missing key 'content': http: no such file");
}

function partsOf(body: Buffer, boundary: string): readonly { readonly head: string; readonly bytes: Buffer }[] {
  const parts: { head: string; bytes: Buffer }[] = [];
  const mark = Buffer.from(`--${boundary}`);
  let start = body.indexOf(mark);
  while (start >= 0) {
    const end = body.indexOf(mark, start + mark.length);
    const headEnd = body.indexOf('\r\n\r\n', start);
    if (end < 0 || headEnd < 0) break;
    const head = body.subarray(start + mark.length, headEnd).toString('utf8');
    parts.push({ head, bytes: body.subarray(headEnd + 4, end - 2) });
    start = end;
  }
  return parts;
}
