import { emptyReply, type Incoming, type Reply } from './http.ts';

/** A request as tests see it when they choose which one goes wrong. */
export interface SeenRequest {
  readonly side: 'api' | 'gateway' | 'other';
  readonly method: string;
  /** Decoded; for the API below `/api/v1`. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** How an answer goes wrong. Those that give no true answer (status, redirect, hang, reset) do nothing else either. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly body?: string; readonly headers?: Headers }
  /** Never answers; the connection stays open. */
  | { readonly kind: 'hang' }
  /** Drops the connection before the first byte. */
  | { readonly kind: 'reset' }
  /** Answers late. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Declares the whole length and drops the connection after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** A shorter object that looks whole: Content-Length matches what is sent. */
  | { readonly kind: 'shorten'; readonly toBytes: number }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** Any other lie, made from the true answer: a wrong page, a swapped address, a changed byte. */
  | { readonly kind: 'edit'; readonly edit: (reply: Reply) => Reply };

type Headers = Readonly<Record<string, string>>;

export interface FaultOrder {
  readonly when: (request: SeenRequest) => boolean;
  readonly fault: Fault;
  /** How many matching requests go wrong; 1 when left out. */
  readonly times?: number;
}

export interface FaultDesk {
  /** Orders a fault for the next matching requests; orders are tried in the order they came. */
  order(order: FaultOrder): void;
  /** Withdraws what is left of all orders. */
  clear(): void;
  /** Takes the fault for this request, if one was ordered. */
  take(request: SeenRequest): Fault | null;
}

export function createFaultDesk(orders: readonly FaultOrder[]): FaultDesk {
  const open = orders.map((order) => ({ ...order, left: order.times ?? 1 }));
  return {
    order: (order) => {
      open.push({ ...order, left: order.times ?? 1 });
    },
    clear: () => {
      open.length = 0;
    },
    take: (request) => {
      const order = open.find(({ left, when }) => left > 0 && when(request));
      if (order === undefined) return null;
      order.left -= 1;
      return order.fault;
    },
  };
}

export function seenRequest(incoming: Incoming, side: SeenRequest['side'], path: string): SeenRequest {
  return { side, method: incoming.method, path, query: incoming.query };
}

/** The answer given in place of the true one; null for a fault that needs the true one. */
export function insteadOf(fault: Fault | null): Reply | null {
  if (fault?.kind === 'status') {
    return { status: fault.status, headers: fault.headers ?? {}, body: Buffer.from(fault.body ?? '') };
  }
  if (fault?.kind === 'redirect') return emptyReply(fault.status ?? 307, { Location: fault.location });
  return null;
}

/** What a true answer looks like after the fault; `delay` leaves it as it is. */
export function spoil(reply: Reply, fault: Fault | null): Reply {
  switch (fault?.kind) {
    case 'cut':
      return {
        ...reply,
        body: reply.body.subarray(0, fault.afterBytes),
        contentLength: reply.contentLength ?? reply.body.length,
      };
    case 'shorten':
      return { status: reply.status, headers: reply.headers, body: reply.body.subarray(0, fault.toBytes) };
    case 'edit':
      return fault.edit(reply);
    default:
      return reply;
  }
}
