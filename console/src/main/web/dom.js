// Elements as values: h() describes one, patch() makes a part of the document look like it.
//
// What is described again is changed in place, so that focus, selection and scrolling stay. Texts
// are always texts: nothing here makes markup of a string, and the page's policy forbids it.
const SVG = 'http://www.w3.org/2000/svg';
const PROPERTIES = new Set(['value', 'checked', 'disabled', 'selected', 'indeterminate']);

/** What was described last below an element: its children, as { vnode, dom }. */
const shown = new WeakMap();

/**
 * Describes an element. Props are attributes; `on…` are listeners, `style` is an object, `key`
 * tells siblings apart, `made` is called with the element once it is there. Children are
 * elements, texts, arrays of them; null and false are left out.
 */
export function h(tag, props, ...children) {
  return { tag, props: props ?? {}, key: props?.key, children: flat(children) };
}

function flat(children) {
  const all = [];
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false && child !== '') {
      all.push(typeof child === 'object' ? child : { text: String(child) });
    }
  }
  return all;
}

/** Makes the children of an element those described. */
export function patch(parent, ...children) {
  patchChildren(parent, flat(children), parent.namespaceURI === SVG);
}

function patchChildren(parent, next, svg) {
  const before = shown.get(parent);
  if (!before && next.length === 0) {
    return;
  }
  const old = new Leftovers(before ?? []);
  const after = next.map((vnode) => {
    const same = old.take(vnode);
    return { vnode, dom: same ? update(same, vnode) : create(vnode, svg) };
  });
  old.remove();
  let at = parent.firstChild;
  for (const { dom } of after) {
    if (dom === at) {
      at = at.nextSibling;
    } else {
      parent.insertBefore(dom, at);
    }
  }
  shown.set(parent, after);
}

/** What was there before, and has not been found again yet. */
class Leftovers {
  #keyed = new Map();
  #loose = [];
  #from = 0;

  constructor(entries) {
    for (const entry of entries) {
      if (entry.vnode.key === undefined) {
        this.#loose.push(entry);
      } else {
        this.#keyed.set(entry.vnode.key, entry);
      }
    }
  }

  /** Takes what a description was before: the same key, or else the next of the same kind. */
  take(vnode) {
    if (vnode.key !== undefined) {
      const same = this.#keyed.get(vnode.key);
      if (same?.vnode.tag !== vnode.tag) {
        return undefined;
      }
      this.#keyed.delete(vnode.key);
      return same;
    }
    for (let i = this.#from; i < this.#loose.length; i++) {
      const entry = this.#loose[i];
      if (entry && entry.vnode.tag === vnode.tag) {
        this.#loose[i] = undefined;
        while (this.#from < this.#loose.length && !this.#loose[this.#from]) {
          this.#from++;
        }
        return entry;
      }
    }
    return undefined;
  }

  remove() {
    for (const entry of [...this.#loose, ...this.#keyed.values()]) {
      entry?.dom.remove();
    }
  }
}

function create(vnode, svg) {
  if (vnode.tag === undefined) {
    return document.createTextNode(vnode.text);
  }
  const inSvg = svg || vnode.tag === 'svg';
  const dom = inSvg ? document.createElementNS(SVG, vnode.tag) : document.createElement(vnode.tag);
  fill(dom, {}, vnode, inSvg);
  vnode.props.made?.(dom);
  return dom;
}

function update(entry, vnode) {
  const { dom } = entry;
  if (vnode.tag === undefined) {
    if (entry.vnode.text !== vnode.text) {
      dom.data = vnode.text;
    }
  } else if (entry.vnode !== vnode) {
    fill(dom, entry.vnode.props, vnode, dom.namespaceURI === SVG);
  }
  return dom;
}

// The value of a select counts only once its options are there.
function fill(dom, before, vnode, svg) {
  for (const name of Object.keys(before)) {
    if (!(name in vnode.props)) {
      set(dom, name, undefined, before[name]);
    }
  }
  for (const [name, value] of Object.entries(vnode.props)) {
    if (name !== 'value') {
      set(dom, name, value, before[name]);
    }
  }
  patchChildren(dom, vnode.children, svg);
  if ('value' in vnode.props) {
    set(dom, 'value', vnode.props.value, before.value);
  }
}

function set(dom, name, value, before) {
  if (name === 'key' || name === 'made') {
    return;
  }
  if (name.startsWith('on')) {
    dom[name] = value ?? null;
  } else if (name === 'style') {
    setStyle(dom, value ?? {}, before ?? {});
  } else if (PROPERTIES.has(name) && name in dom) {
    const wanted = value ?? (name === 'value' ? '' : false);
    if (dom[name] !== wanted) {
      dom[name] = wanted;
    }
  } else if (value === before) {
    return;
  } else if (value === undefined || value === null || value === false) {
    dom.removeAttribute(name);
  } else {
    dom.setAttribute(name, value === true ? '' : value);
  }
}

function setStyle(dom, style, before) {
  for (const name of Object.keys(before)) {
    if (!(name in style)) {
      dom.style.removeProperty(name);
    }
  }
  for (const [name, value] of Object.entries(style)) {
    if (before[name] !== value) {
      dom.style.setProperty(name, value);
    }
  }
}
