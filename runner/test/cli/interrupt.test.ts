import { describe, expect, it } from 'vitest';
import { interruptible } from '../../src/cli/interrupt.js';
import { CancelledError } from '../../src/errors/tsdbt-error.js';
import { recordingEffects } from './recording-effects.js';

describe('Ctrl-C', () => {
  it('cancels at the first, ends at once at the second, and is nobody’s business afterwards', async () => {
    const { effects, exits, interrupt } = recordingEffects('/');
    const said: string[] = [];
    let finish = (): void => {};
    let reason: unknown;
    const work = interruptible(
      effects,
      (signal) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
        });
        return new Promise<string>((resolve) => {
          finish = () => resolve('partial results');
        });
      },
      (message) => said.push(message),
    );
    interrupt();
    expect(reason).toBeInstanceOf(CancelledError);
    expect(said).toEqual(['interrupted: what runs is being cancelled (once more to end at once)']);
    expect(exits).toEqual([]);
    interrupt();
    expect(exits).toEqual([130]);
    finish();
    expect(await work).toBe('partial results');
    interrupt();
    expect(exits).toEqual([130]);
  });
});
