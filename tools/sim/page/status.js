// SPDX-License-Identifier: MIT
/* The line above a message box: what the app does. */

/**
 * Show the status of a conversation.
 * @param {import("./page.js").Page} page
 * @param {HTMLElement} element
 * @param {string} key place() of the conversation
 */
export function drawStatus(page, element, key) {
  const status = page.state.assistants.get(key)?.status;
  const text = status ? `${page.appName()} ${status}` : "";
  if (element.textContent !== text) element.textContent = text;
  element.classList.toggle("busy", text !== "");
}
