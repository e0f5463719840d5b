// SPDX-License-Identifier: MIT
/* Light or dark: as the system says, or as the person has chosen. */

import { h, replace } from "./dom.js";
import { icon } from "./icons.js";

const names = ["system", "light", "dark"];
const signs = { system: "half", light: "sun", dark: "moon" };

function apply(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** The button that changes it. */
export function createThemeButton() {
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
