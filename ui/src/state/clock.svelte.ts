// The one clock of the window. It ticks only as fast as something on screen needs.

/** Tells the time to everything that shows how long something takes. */
export class Clock {
  /** Milliseconds since the epoch, as of the last tick. */
  now = $state(Date.now());
  #timer: ReturnType<typeof setInterval> | null = null;
  #pace = 0;
  #ticked: () => void;

  /** `ticked` is called after each tick: the moment to ask for another pace. */
  constructor(ticked: () => void = () => {}) {
    this.#ticked = ticked;
  }

  /** Ticks this often from now on, in ms. */
  pace(ms: number): void {
    if (ms === this.#pace) return;
    this.stop();
    this.#pace = ms;
    this.now = Date.now();
    this.#timer = setInterval(() => {
      this.now = Date.now();
      this.#ticked();
    }, ms);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#pace = 0;
  }
}
