import { expect, it } from 'vitest';
import { neverAskedFirst } from './ask-order.js';

it('tracks that nobody had do not keep others from being asked for', () => {
  const tracks = ['newest', 'new', 'old', 'oldest'].map((trackId) => ({ trackId }));
  const asked = new Set(['newest', 'new']);
  expect(neverAskedFirst(tracks, asked).map(({ trackId }) => trackId)).toEqual(['old', 'oldest', 'newest', 'new']);
  expect(neverAskedFirst(tracks, new Set())).toEqual(tracks);
});
