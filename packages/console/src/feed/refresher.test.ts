import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refresher } from './refresher.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the refresher', () => {
  it('turns a burst of changes into one refresh at once and one after it', async () => {
    const refresh = vi.fn(async () => {});
    const refresher = new Refresher();
    for (let change = 0; change < 100; change += 1) refresher.changed('callbacks', refresh);
    expect(refresh).toHaveBeenCalledTimes(1);
    await vi.runAllTimersAsync();
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it('refreshes different things independently', () => {
    const refresh = vi.fn(async () => {});
    const refresher = new Refresher();
    refresher.changed('callbacks', refresh);
    refresher.changed('agents', refresh);
    expect(refresh).toHaveBeenCalledTimes(2);
  });
});
