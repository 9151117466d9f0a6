// The room server as a process of its own, with the pages: it can be frozen, killed and started again.

import { Site } from '../browser/harness/site.js';
import { answer } from './processes.js';

answer({
  /** Resolves with the time at which the port was open. */
  async listen(options: object, port: number): Promise<number> {
    await Site.start(options, '0.0.0.0', port);
    return Date.now();
  },
});
