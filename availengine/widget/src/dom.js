// Elements without HTML: text is always text, and nothing needs a policy's leave.

export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const button = (text, onclick, more) => h("button", { type: "button", part: "button", onclick, ...more }, text);

// An address that a link may lead to: what comes as data may be anything.
export function webAddress(text) {
  try {
    const { protocol, href } = new URL(text);
    return protocol === "https:" || protocol === "http:" ? href : null;
  } catch {
    return null;
  }
}

let last = 0;

export const freshId = (name) => `${name}-${++last}`;
