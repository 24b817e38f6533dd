"use strict";
// Making and changing elements. Names come from people: text goes in as text, never as markup.

/** A new element with a class, at the end of its parent. */
function make(tag, className, parent) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  parent?.append(node);
  return node;
}

/** Set the text of an element if it changes: a screen reader is not told twice. */
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Set or take away an attribute if it changes. */
function mark(node, name, value) {
  if (value === null || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Keep as many views in `views` as there are items; each is made once and then shown. */
function match(views, items, parent, create) {
  while (views.length > items.length) views.pop().root.remove();
  while (views.length < items.length) views.push(create(parent));
  items.forEach((item, i) => views[i].show(item));
}

/** Place a bar between two values on a scale; nothing to see when it is empty. */
function span(bar, from, to, scale) {
  const low = Math.max(Math.min(from, to), scale.low);
  const high = Math.min(Math.max(from, to), scale.high);
  const size = (Math.max(0, high - low) / (scale.high - scale.low)) * 100;
  bar.style.left = percent(low, scale);
  bar.style.width = size.toFixed(2) + "%";
  bar.hidden = size < 0.05;
}

/** Where a value lies on a scale. */
function percent(value, scale) {
  return (((value - scale.low) / (scale.high - scale.low)) * 100).toFixed(2) + "%";
}
