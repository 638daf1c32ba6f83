// Starts the console: the picture, the way through its views, the frame around them.
import { Api } from './api.js';
import { patch } from './dom.js';
import { RETRY } from './events.js';
import { Picture } from './model/picture.js';
import { askToken, confirm } from './parts/dialog.js';
import * as toast from './parts/toast.js';
import { at, go } from './router.js';
import { listen } from './keys.js';
import { shell } from './shell.js';
import { VIEWS } from './views.js';

/** The age of what is shown moves on without anything having come. */
const CLOCK_MS = 500;
/** How often the checks are done again while somebody looks. */
const DOCTOR_MS = 30_000;

const api = new Api(askToken);
const picture = new Picture(api, () => redraw());

/** What every view is given. */
const app = {
  api,
  picture,
  redraw,
  go,
  confirm: (what) => confirm(api, what),
  said: toast.said,
  failed: toast.failed,
  unlock: async () => {
    if (await api.unlock()) {
      dispatchEvent(new Event(RETRY));
    }
  },
};

let shown = null;
let waiting = false;

/** Draws soon, however often it is asked to. */
function redraw() {
  if (!waiting) {
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  }
}

function draw() {
  const title = shown.view.title?.() ?? shown.entry.title;
  document.title = `${title} · Weft`;
  document.documentElement.classList.toggle('stale', picture.stat !== null && picture.stale);
  patch(document.getElementById('shell'), shell(app, shown.entry, title, shown.view.render()));
}

/** Shows the view that the address names; one that is shown already may take a new address. */
function enter() {
  const place = at();
  const entry = VIEWS.find((each) => each.name === place.name) ?? VIEWS[0];
  if (shown?.entry === entry && shown.view.moved?.(place)) {
    redraw();
    return;
  }
  shown?.view.leave?.();
  const first = shown === null;
  shown = { entry, view: entry.open(app, place) };
  draw();
  // Where the views are a strip that scrolls, the one that is shown is in sight.
  document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  if (!first) {
    scrollTo(0, 0);
    document.getElementById('main').focus({ preventScroll: true });
  }
}

addEventListener('hashchange', enter);
listen(app);
enter();
picture.start();
setInterval(redraw, CLOCK_MS);
setInterval(() => {
  if (!document.hidden && !picture.stale) {
    picture.refresh('doctor');
    if (picture.hasSites) {
      picture.refresh('sites');
    }
  }
}, DOCTOR_MS);
