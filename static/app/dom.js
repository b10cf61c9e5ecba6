// Elements, and one way to bring a new tree onto the page: what is there is changed in place, so that the focus, what
// was typed and what a screen reader reads stay where they are.

const svgNS = "http://www.w3.org/2000/svg";

// h makes an element. Props are attributes, but: value is the live value of a field, vars are custom properties of its
// style (the only styles that are set here). Null, undefined and false leave a prop or a kid out.
export function h(name, props, ...kids) {
  const el = document.createElement(name);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "value") {
      el.value = value;
      el.held = true;
    } else if (key === "vars") {
      for (const [k, v] of Object.entries(value)) el.style.setProperty(`--${k}`, v);
    } else {
      el.setAttribute(key, value === true ? "" : value);
    }
  }
  el.append(...kids.flat(Infinity).filter((kid) => kid !== null && kid !== undefined && kid !== false));
  return el;
}

// Shapes carry the urgency besides colour and word: octagon late, diamond critical, square significant, circle done.
const paths = {
  late: ["solid", "M8 1.5h8L22.5 8v8L16 22.5H8L1.5 16V8zM11 6v6.6l4.2 2.5 1-1.6-3.2-1.9V6z"],
  critical: ["solid", "M12 .8 23.2 12 12 23.2.8 12zM10.9 6.3h2.2l-.3 7.2h-1.6zM12 15.2a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6z"],
  significant: ["line", "M4 4h16v16H4zM8.5 12h7"],
  done: ["line", "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM8 12.4l2.8 2.8L16 9.6"],
  live: ["solid", "M12 6.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z"],
  cut: ["line", "M4 20l4-4M16 8l4-4M8.5 10.5l5 5-1.6 1.6a3.5 3.5 0 0 1-5-5zM15.5 13.5l-5-5 1.6-1.6a3.5 3.5 0 0 1 5 5z"],
  bell: ["line", "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21.2h4"],
  mute: ["line", "M6 16.5V11a6 6 0 0 1 9.6-4.8M18 11v5.5l1.5 2H8M10 21.2h4M4 4l16 16"],
  back: ["line", "m14.5 5-7 7 7 7"],
  next: ["line", "m9.5 5 7 7-7 7"],
  equal: ["line", "M4 8.5h16M4 15.5h16"],
  unequal: ["line", "M4 8.5h16M4 15.5h16M16.5 3.5l-9 17"],
  hidden: ["line", "M4 4l16 16M9.9 5.3A10 10 0 0 1 12 5c5 0 8.5 4 9.5 7a12 12 0 0 1-2.6 4M6.3 7.3A12 12 0 0 0 2.5 12c1 3 4.5 7 9.5 7a10 10 0 0 0 4.3-1"],
  eye: ["line", "M2.5 12c1-3 4.5-7 9.5-7s8.5 4 9.5 7c-1 3-4.5 7-9.5 7s-8.5-4-9.5-7zM12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6z"],
  up: ["line", "M12 20V4M5.5 10.5 12 4l6.5 6.5"],
  down: ["line", "M12 4v16M5.5 13.5 12 20l6.5-6.5"],
  keep: ["line", "M12 4v11M7 10.5l5 5 5-5M4.5 20h15"],
  phone: ["line", "M6.5 3.5h3l1.5 4.5-2 1.6a12 12 0 0 0 5.4 5.4l1.6-2 4.5 1.5v3a2 2 0 0 1-2.2 2A17 17 0 0 1 4.5 5.7a2 2 0 0 1 2-2.2z"],
  proof: ["line", "M12 3l7 2.5V11c0 4.5-2.8 8-7 10-4.2-2-7-5.5-7-10V5.5zM8.5 12l2.5 2.5 4.500-5"],
};

// icon is a picture beside a word; it says nothing by itself.
export function icon(name, size) {
  const [how, d] = paths[name];
  const svg = document.createElementNS(svgNS, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon ${how}${size ? ` ${size}` : ""}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svgNS, "path");
  path.setAttribute("d", d);
  svg.append(path);
  return svg;
}

// show makes the children of an element be kids. Children with the same data-key are the same thing.
export function show(at, ...kids) {
  const want = document.createElement("div");
  want.append(...kids.flat(Infinity).filter((kid) => kid !== null && kid !== undefined && kid !== false));
  children(at, want);
}

const keyOf = (node) => node.dataset?.key ?? "";

function children(at, want) {
  const keyed = new Map();
  for (const node of at.children) if (keyOf(node)) keyed.set(keyOf(node), node);
  let here = at.firstChild;
  for (const node of [...want.childNodes]) {
    const key = keyOf(node);
    const same = key ? keyed.get(key) : here && !keyOf(here) ? here : null;
    if (!same || same.nodeName !== node.nodeName) {
      at.insertBefore(node, here);
      continue;
    }
    if (same === here) here = here.nextSibling;
    else at.insertBefore(same, here);
    if (same.nodeType === Node.TEXT_NODE) {
      if (same.data !== node.data) same.data = node.data;
    } else {
      attributes(same, node);
      children(same, node);
    }
  }
  while (here) {
    const gone = here;
    here = here.nextSibling;
    gone.remove();
  }
}

function attributes(at, want) {
  for (const { name, value } of want.attributes) {
    if (name !== "style" && at.getAttribute(name) !== value) at.setAttribute(name, value);
  }
  for (const { name } of [...at.attributes]) {
    if (name !== "style" && !(name === "open" && at.nodeName === "DETAILS") && !want.hasAttribute(name)) at.removeAttribute(name);
  }
  // The content policy refuses the attribute, not its object.
  if (at.style.cssText !== want.style.cssText) at.style.cssText = want.style.cssText;
  if (want.held && at.value !== want.value) at.value = want.value;
}
