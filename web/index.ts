// The package's entry: named exports, and a default object with the same members.

import * as members from './exports.js';

export * from './exports.js';
export default members;
