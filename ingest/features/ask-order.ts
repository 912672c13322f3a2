/**
 * Puts tracks that no service was asked for before first; within both parts the order stays. Where a run may ask for a number of
 * tracks only, those that nobody has would otherwise be asked for again and again, and the others never.
 *
 * @param asked ids of tracks that some service was asked for and did not have
 */
export function neverAskedFirst<T extends { readonly trackId: string }>(
  tracks: readonly T[],
  asked: ReadonlySet<string>,
): T[] {
  return [
    ...tracks.filter(({ trackId }) => !asked.has(trackId)),
    ...tracks.filter(({ trackId }) => asked.has(trackId)),
  ];
}
