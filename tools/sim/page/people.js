// SPDX-License-Identifier: MIT
/* The people to act as: the first ones are one click away, and a list has all of them. */

import { avatar } from "./avatar.js";
import { h, replace } from "./dom.js";
import { actors, directMessage } from "./selectors.js";

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
