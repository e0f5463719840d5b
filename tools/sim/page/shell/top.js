// SPDX-License-Identifier: MIT
/* The top of the page: the people to act as, the state of the app, and buttons. */

import { h, replace } from "../base/dom.js";
import { avatar, icon, iconButton } from "../base/icons.js";
import { actors, directMessage } from "../state/state.js";

/* --- light or dark: as the system says, or as the person has chosen --- */

const names = ["system", "light", "dark"];
const signs = { system: "half", light: "sun", dark: "moon" };

function apply(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/* The button that changes it. */
function createThemeButton() {
  let theme = names.includes(localStorage.getItem("theme"))
    ? localStorage.getItem("theme")
    : "system";
  const button = h("button", { class: "top-button", type: "button", onclick: next });

  function show() {
    apply(theme);
    button.setAttribute("aria-label", `Theme: ${theme}`);
    button.title = `Theme: ${theme}`;
    replace(button, icon(signs[theme]));
  }

  function next() {
    theme = names[(names.indexOf(theme) + 1) % names.length];
    localStorage.setItem("theme", theme);
    show();
  }

  show();
  return button;
}

/* --- the people: the first ones are one click away, and a list has all of them --- */

const SHOWN = 3;

function hasNews(page, person) {
  const channel = directMessage(page.state, person.id);
  const open = (page.state.views.get(person.id) || []).length > 0;
  return (
    person.id !== page.user && (open || Boolean(channel && page.unread(channel.id, person.id)))
  );
}

function drawPerson(page, person) {
  const news = hasNews(page, person);
  return h(
    "button",
    {
      class: "person",
      type: "button",
      "aria-pressed": String(person.id === page.user),
      "aria-label": news ? `Act as ${person.name}, who has something new` : `Act as ${person.name}`,
      title: `Act as ${person.name}`,
      "data-person": person.id,
      onclick: () => page.actAs(person.id),
    },
    avatar({ id: person.id, name: person.real_name || person.name }),
    news ? h("span", { class: "dot" }) : null,
  );
}

function drawList(page, all) {
  const label = ({ name, real_name: full, guest }) => [
    full && full !== name ? `${name} (${full})` : name,
    guest && "guest",
  ];
  return h(
    "select",
    {
      class: "top-select",
      "aria-label": "Act as",
      onchange: (event) => page.actAs(event.target.value),
    },
    all.map((person) =>
      h(
        "option",
        { value: person.id, selected: person.id === page.user },
        label(person).filter(Boolean).join(", "),
      ),
    ),
  );
}

/** The switch of people in its element. @returns {{update: function()}} */
export function createPeople(page, element) {
  let shown = "",
    people = null;

  function update() {
    const all = actors(page.state);
    const first = all.slice(0, SHOWN);
    const wanted = JSON.stringify([page.user, first.map((person) => hasNews(page, person))]);
    if (wanted === shown && people === page.state.people) return;
    shown = wanted;
    people = page.state.people;
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    replace(
      element,
      h("span", { class: "people-label", "aria-hidden": "true" }, "Act as"),
      first.map((person) => drawPerson(page, person)),
      drawList(page, all),
    );
    if (!focused) return;
    const { person } = focused.dataset; // none: the list. Another workspace has other people
    const again = person && element.querySelector(`[data-person="${CSS.escape(person)}"]`);
    (again || element.querySelector("select")).focus();
  }

  return { update };
}

/* --- the tools: the state of the app, the wire, the theme and the keys --- */

/* The button that shows and hides the drawer; the browser remembers which. */
function foldDrawer(button) {
  const drawer = document.getElementById("drawer");

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

function stateOf({ connected, connections, transport }) {
  if (!connected)
    return {
      look: "",
      text: "No app",
      title: "No app is connected: start one with the variables of `slackapp sim env`",
    };
  const times = connections > 1 ? ` × ${connections}` : "";
  return { look: "there", text: `${transport || "Connected"}${times}`, title: "The app is connected" };
}

function drawWireButton() {
  const label = { "aria-label": "Wire", "aria-controls": "drawer" };
  const wire = h("span", null, "Wire");
  return h("button", { class: "top-button", type: "button", ...label }, icon("wire"), wire);
}

/**
 * The tools in their element.
 * @param {import("../state/page.js").Page} page
 * @param {HTMLElement} element
 * @param {function()} showKeys
 * @returns {{update: function(), setGone: function(string), toggleWire: function()}} `setGone`: the
 *   reason why the simulator is gone; "" once it is back
 */
export function createTools(page, element, showKeys) {
  const wire = drawWireButton();
  const app = h("span", { class: "top-app", role: "group", "aria-label": "State of the app" });
  let shown = "";
  let gone = "";

  function update() {
    const { look, text, title } = gone ? { look: "gone", text: "Disconnected", title: gone } : stateOf(page.state?.app || {});
    if (`${look} ${text}` === shown) return;
    shown = `${look} ${text}`;
    app.className = `top-app ${look}`;
    app.title = title;
    replace(app, h("span", { class: "dot" }), h("span", { class: "top-text" }, text));
  }

  function setGone(value) {
    gone = value;
    update();
  }

  const keys = iconButton("top-button", "help", "Keys", showKeys);
  keys.title = "Keys (?)";
  replace(element, app, wire, createThemeButton(), keys);
  return { update, setGone, toggleWire: foldDrawer(wire) };
}
