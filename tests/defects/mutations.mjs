// Which rows are mutated, and how: drawn from one seed, so that a survivor can be looked into.
const SEED = 20;

// What all_words calls the machine of a mutation.
const wordsOf = {
  page: 'page_life',
  'server channel': 'channel',
  'server liveness': 'server_liveness',
  'server participant': 'participant',
  'server link': 'server_link',
};
export const machineInWords = (id) => wordsOf[id.split(':')[0]] ?? id.split(':')[0];

// `list`: what room_sim --list-mutations prints, without rows that no room visits. As many mutations of each kind as there are rows for it:
// of the states that a row could lead to instead, one is drawn.
export function drawMutations(list, count) {
  let state = SEED;
  // mulberry32
  const below = (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
  const kinds = new Map();
  for (const line of list.trim().split('\n')) {
    const [id, row, change] = line.split('\t');
    const [machine, number, kind] = id.split(':');
    const key = [machine, number, kind].join(':');
    kinds.set(key, [...(kinds.get(key) ?? []), { id, row, change }]);
  }
  const choices = [...kinds.values()].map((same) => same[below(same.length)]);
  const drawn = [];
  while (drawn.length < count && choices.length > 0) drawn.push(choices.splice(below(choices.length), 1)[0]);
  return drawn;
}
