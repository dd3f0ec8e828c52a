// What moves: a function that is called once a frame while its view is on the screen.

/** {start(), stop(), running()}: onFrame(seconds since the last one) is called before every paint. */
export function frames(onFrame) {
  let asked = 0, before = 0;
  const next = (now) => {
    asked = requestAnimationFrame(next);
    onFrame(Math.min(0.1, Math.max(0, now - before) / 1000)); // a first frame may be dated before start()
    before = now;
  };
  const start = () => {
    if (asked) return;
    before = performance.now();
    asked = requestAnimationFrame(next);
  };
  const stop = () => {
    cancelAnimationFrame(asked);
    asked = 0;
  };
  return { start, stop, running: () => asked !== 0 };
}
