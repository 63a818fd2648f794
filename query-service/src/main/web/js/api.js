// Talking to the service: time limits, few calls at once, failures that say what happened.
import {thisTab} from './kept.js';

const TIMEOUT_MS = 30000;
const MOST_AT_ONCE = 4;
/**
 * The name under which the browser keeps something of this site: behind one proxy several may have
 * paths of the same host, and none of them may get another one's token.
 */
export const ownKey = (name) => {
  const folder = location.pathname.replace(/[^/]*$/, '');
  return folder === '/' ? name : name + ' ' + folder;
};

const TOKEN = ownKey('hissrv.token');
/** Answered from what the service knows already: they wait for no database, and are needed most while it is slow. */
const AT_ONCE = ['health', 'status'];

let running = 0;
const waiting = [];
let answered = null;

/** When the service itself answered last, by the browser's clock; null before. */
export const answeredAt = () => answered;

/** Why a call failed. kind: unreachable, timeout, unauthorised, busy, html, service or refused. */
export class Failure extends Error {
  constructor(kind, status, message) {
    super(message);
    this.kind = kind;
    this.status = status;
  }
}

export const setToken = (token) => thisTab.set(TOKEN, token);

async function turn() {
  if (running >= MOST_AT_ONCE) {
    await new Promise((resolve) => waiting.push(resolve));
  }
  running++;
}

function done() {
  running--;
  const next = waiting.shift();
  if (next) {
    next();
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The JSON at a path.
 *
 * @param signal aborts the call; an aborted call throws the signal's reason
 */
export async function get(path, params, signal) {
  const queued = !AT_ONCE.includes(path);
  if (queued) {
    await turn();
  }
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once('GET', path, params, signal);
      } catch (e) {
        if (e.kind !== 'busy' || attempt === 4) {
          throw e;
        }
        await pause(400 * attempt);
      }
    }
  } finally {
    if (queued) {
      done();
    }
  }
}

/** A call that changes something; never repeated by itself. */
export const post = (path, params) => once('POST', path, params);

/** Likewise, with JSON as its body where it has one. */
export const change = (method, path, body) => once(method, path, null, null, body);

async function once(method, path, params, signal, body) {
  const query = params ? params.toString() : '';
  const token = thisTab.get(TOKEN);
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  let answer;
  let text;
  try {
    answer = await fetch(path + (query ? '?' + query : ''), {
      method,
      headers: {...(token ? {Authorization: 'Bearer ' + token} : {}),
        ...(body ? {'Content-Type': 'application/json'} : {})},
      body: body ? JSON.stringify(body) : undefined,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    text = await answer.text();
  } catch (e) {
    if (signal && signal.aborted) {
      throw signal.reason;
    }
    throw e.name === 'TimeoutError'
      ? new Failure('timeout', 0, TIMEOUT_MS / 1000 + ' s')
      : new Failure('unreachable', 0, '');
  }
  return read(path, answer, text);
}

function read(path, answer, text) {
  let body = null;
  try {
    body = JSON.parse(text);
    answered = Date.now();
  } catch {
    if (answer.ok) {
      throw new Failure('html', answer.status, title(text));
    }
  }
  if (answer.ok || (path === 'health' && body && body.parts)) {
    return body;
  }
  const told = body && (body.detail || body.message);
  const message = typeof told === 'string' ? told : title(text);
  if (answer.status === 401 || answer.status === 403) {
    throw new Failure('unauthorised', answer.status, message);
  }
  if (answer.status === 429) {
    throw new Failure('busy', 429, message);
  }
  if (!body) {
    throw new Failure('html', answer.status, message);
  }
  throw new Failure(answer.status < 500 ? 'refused' : 'service', answer.status, message);
}

/** What a page of HTML says of itself, for people who know their proxy. */
function title(text) {
  const found = /<title[^>]*>([^<]{1,120})/i.exec(text);
  return found ? found[1].trim() : '';
}
