// The first module: what the service is asked in any case is on its way while the others are read.
import {get} from './api.js';
import {parse} from './address.js';
import {askFor} from './data.js';

const ask = () => Promise.all([get('catalogue'), get('measurements')]);

let first = ask();
// Who waits for it has the failure.
first.catch(() => {});
askFor(parse(location.hash));

/** [catalogue, measurements] */
export function names() {
  const found = first || ask();
  first = null;
  return found;
}
