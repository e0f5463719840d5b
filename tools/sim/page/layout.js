// SPDX-License-Identifier: MIT
/* The parts that fold: the side bar in narrow windows, and the drawer. */

const find = (id) => document.getElementById(id);

/** The side bar folds in narrow windows. @returns {{toggle: function(), close: function(): boolean}} */
export function createFold() {
  const sidebar = find("sidebar"),
    conversation = find("conversation");
  const isOpen = () => document.body.classList.contains("side-open");
  const button = () => conversation.querySelector(".side-toggle");

  function set(open) {
    document.body.classList.toggle("side-open", open);
    conversation.inert = open;
    button()?.setAttribute("aria-expanded", String(open));
  }

  function close() {
    if (!isOpen()) return false;
    const focused = sidebar.contains(document.activeElement);
    set(false);
    if (focused) button()?.focus();
    return true;
  }

  function toggle() {
    if (close()) return;
    set(true);
    sidebar.querySelector("[aria-current=page]")?.focus();
  }

  sidebar.addEventListener("click", (event) => event.target.closest("a") && close());
  find("panes").addEventListener(
    "click",
    (event) => event.target === event.currentTarget && close(),
  );
  return { toggle, close };
}

/** The button that shows and hides the drawer; the browser remembers which. */
export function foldDrawer(button) {
  const drawer = find("drawer");

  function show(open) {
    drawer.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    localStorage.setItem("wire", open ? "open" : "closed");
  }

  const toggle = () => show(drawer.hidden);
  button.addEventListener("click", toggle);
  show(localStorage.getItem("wire") === "open");
  return toggle;
}
