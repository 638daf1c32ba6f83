// Places in the console, as hashes: `#/services/orders`, `#/calls?service=orders`.

/** Returns where the page is: the view's name, what follows it, and what is asked for. */
export function at(hash = location.hash) {
  const [path, query] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name, ...rest] = path.split('/').map(decoded);
  return { name, rest, query: new URLSearchParams(query ?? '') };
}

/** An address that somebody mangled leads to the overview rather than to an error. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

/** Returns the address of a place. */
export function to(name, rest = [], query = {}) {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  const path = [name, ...rest].map(encodeURIComponent).join('/');
  return `#/${path}${asked.size > 0 ? `?${asked}` : ''}`;
}

/** Goes to a place. */
export function go(...place) {
  location.hash = to(...place);
}
