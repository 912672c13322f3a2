import type { SeededRandom } from './random.js';

const words = (text: string): string[] => text.trim().split(/\s+/);

const ADJECTIVES =
  words(`Paper Velvet Borrowed Crooked Tin Seventh Quiet Marbled Lukewarm Untied Copper Sidelong Folding Hollow
  Woollen Gentle Spare Brackish Candied Northerly Uneven Pocket Lopsided Amber Dented Unposted Second Wandering Plywood Salted`);
const CREATURES =
  words(`Otters Lanterns Ferrymen Umbrellas Turnips Sextants Kettles Herons Postcards Ladders Compasses Moths
  Radiators Orchards Weathervanes Accountants Lighthouses Buttons Foghorns Cartographers Thimbles Magpies Bicycles Envelopes
  Teaspoons Ponds Elevators Sparrows Tramways Beekeepers`);
const FIRST_NAMES =
  words(`Odalyn Brisco Tamsel Ivarra Jorund Melisene Quillon Perrin Saskel Doriel Fenwick Lumi Ansgard Corvina
  Halden Mirelle Osric Talia Wendel Zinnia`);
const LAST_NAMES =
  words(`Ferrowick Thistlewane Marrowby Lindqvarn Okonday Halverstrom Pellgrave Santorel Brambley Quistgard
  Velasquint Drummondale Harrowin Kestrova Nightingall`);
const THINGS =
  words(`Lantern Harbour Staircase Satellite Window River Garden Engine Mirror Snowfall Telegram Carousel Orchard
  Compass Balcony Ferry Blanket Meridian Pendulum Aquarium Firefly Corridor Almanac Chimney Tangerine Umbrella Glacier Railway
  Terrace Metronome`);
const PLACES = words(`Quarry-Lane Ostrava-Street Pier-Nine Low-Tide Platform-Six Mill-Hill Saltmarsh Eastgate Winterfold
  Copperfield-Road Seventh-Floor Harrow-Bridge Birch-Avenue Station-Square Kettle-Bay`).map((place) =>
  place.replace('-', ' '),
);
const VERBS = words('Folding Chasing Borrowing Counting Painting Losing Mending Following Leaving Waking');
const TIMES = words('Tomorrow Midnight Sunday Always November Later Tonight Again Yesterday Noon');

/** An invented name of a band or a person. */
export function artistName(random: SeededRandom): string {
  const kind = random.next();
  if (kind < 0.5) return `The ${random.pick(ADJECTIVES)} ${random.pick(CREATURES)}`;
  if (kind < 0.75) return `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
  if (kind < 0.9) return `${random.pick(ADJECTIVES)} ${random.pick(THINGS)} Club`;
  return `${random.pick(FIRST_NAMES)} & the ${random.pick(CREATURES)}`;
}

/** An invented title. */
export function trackTitle(random: SeededRandom): string {
  const kind = random.next();
  if (kind < 0.25) return `${random.pick(THINGS)} on ${random.pick(PLACES)}`;
  if (kind < 0.45) return `${random.pick(VERBS)} the ${random.pick(THINGS)}`;
  if (kind < 0.65) return `${random.pick(ADJECTIVES)} ${random.pick(THINGS)}`;
  if (kind < 0.8) return `${random.pick(TIMES)}, ${random.pick(PLACES)}`;
  if (kind < 0.92) return `${random.pick(THINGS)} Until ${random.pick(TIMES)}`;
  return `"${random.pick(ADJECTIVES)}" ${random.pick(THINGS)}`;
}

/** An invented title of an album. */
export function albumName(random: SeededRandom): string {
  return random.chance(0.5)
    ? `${random.pick(THINGS)}s of ${random.pick(PLACES)}`
    : `${random.pick(ADJECTIVES)} ${random.pick(TIMES)}`;
}
