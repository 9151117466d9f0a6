// The dominant speaker, by ear: real audio of one who speaks and one who is silent.

import { after, before, test } from 'node:test';
import { Caller, Site, needs, sharedBrowser } from './harness/index.js';

let site: Site;
before(async () => void (site = await Site.start()));
after(() => site.close());

/** Who `listener` was told speaks, in order. */
async function heard(listener: Caller): Promise<string> {
  const events = await listener.events();
  return events
    .filter(([, event]) => event === 'dominantSpeakerChanged')
    .map(([, , who]) => who)
    .join();
}

// Chromium takes the beeps of its fake microphone for noise and suppresses them; without a sound device Firefox lets no oscillator run.
for (const [browser, sound] of [
  ['chromium', 'tone'],
  ['firefox', 'audio'],
] as const) {
  test(`${browser}: whoever speaks becomes the dominant speaker, until another does or it leaves`, needs(browser), async () => {
    const join = async (identity: string, options = {}) =>
      Caller.join(await sharedBrowser(browser), site, { identity, room: `speaker-${browser}`, media: [sound], options });
    const silent = await join('silent');
    await silent.setEnabled(sound, false);
    const loud = await join('loud');
    const listener = await join('listener', { dominantSpeaker: true });

    const hears = (who: string) => listener.until(`hears ${who}`, async () => (await heard(listener)) === who);
    await hears('loud');
    await loud.setEnabled(sound, false);
    await silent.setEnabled(sound, true);
    await hears('loud,silent');
    await silent.leave();
    await hears('loud,silent,null');
  });
}
