// One direction of a connection: what is put in comes out in the same order, at once unless a fault delays or stops it.

// More than this is never held back: the memory is everyone's.
const MAX_HELD_BYTES = 4 * 1024 * 1024;

interface Item {
  due: number;
  bytes: number;
  deliver: () => void;
}

export class Lane {
  private queue: Item[] = [];
  private heldBytes = 0;
  private isStopped = false;
  private delay = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly onOverflow: () => void) {}

  put(deliver: () => void, bytes: number): void {
    if (!this.isStopped && this.delay === 0 && this.queue.length === 0) return deliver();
    this.queue.push({ due: performance.now() + this.delay, bytes, deliver });
    this.heldBytes += bytes;
    if (this.heldBytes > MAX_HELD_BYTES) return this.onOverflow();
    this.pump();
  }

  /** What was held is not lost: it comes out late, as it would on a network. */
  set(isStopped: boolean, delay: number): void {
    if (delay === 0 && this.delay > 0) for (const item of this.queue) item.due = 0;
    this.isStopped = isStopped;
    this.delay = delay;
    this.pump();
  }

  /** Nothing that is held will come out any more. */
  drop(): void {
    this.queue = [];
    this.heldBytes = 0;
    clearTimeout(this.timer);
  }

  private pump(): void {
    clearTimeout(this.timer);
    if (this.isStopped) return;
    for (;;) {
      const [next] = this.queue;
      if (next === undefined) return;
      const wait = next.due - performance.now();
      if (wait > 0) return void (this.timer = setTimeout(() => this.pump(), wait));
      this.queue.shift();
      this.heldBytes -= next.bytes;
      next.deliver();
    }
  }
}
