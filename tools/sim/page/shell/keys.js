// SPDX-License-Identifier: MIT
/* The keys that work everywhere on the page, and the dialog that names all keys. */

import { showDialog } from "../base/dialogs.js";
import { h } from "../base/dom.js";

const groups = [
  [
    "Everywhere",
    [
      ["?", "Show these keys"],
      ["F6", "Go to the next part of the page"],
      ["/", "Go to the message box"],
      ["Alt ↑ or ↓", "Go to the previous or the next channel"],
      ["Alt Shift ↑ or ↓", "Go to the previous or the next unread channel"],
      ["Alt 1 to 3", "Act as one of the first people"],
      ["Alt W", "Show or hide the wire"],
      ["Ctrl Enter", "Submit a modal"],
      ["Escape", "Close what is open"],
    ],
  ],
  [
    "On a message",
    [
      ["↑ or ↓", "Go to another message"],
      ["R", "Add a reaction"],
      ["T", "Reply in its thread"],
      ["E", "Edit your own one"],
      ["Delete", "Delete your own one"],
      ["S", "Run a shortcut on it"],
      ["L", "Copy its link"],
      ["J", "Show its JSON"],
      ["M", "Show its menu"],
    ],
  ],
  [
    "In the message box",
    [
      ["Enter", "Send"],
      ["Shift Enter", "Begin a new line"],
      ["↑", "Edit your newest message, if the box is empty"],
      ["@ # : /", "Complete people, channels, emoji and commands"],
      ["Tab or Enter", "Take a completion"],
    ],
  ],
];

/** Show all keys. */
export function showKeys() {
  showDialog(
    "Keys",
    groups.map(([title, keys]) =>
      h(
        "section",
        { class: "keys", "aria-label": title },
        h("h3", null, title),
        h(
          "dl",
          null,
          keys.map(([key, text]) => [
            h(
              "dt",
              null,
              key
                .split(" ")
                .map((part) => (/^(or|to)$/.test(part) ? ` ${part} ` : h("kbd", null, part))),
            ),
            h("dd", null, text),
          ]),
        ),
      ),
    ),
  );
}

function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/* The next part of the page that is there: the first of its elements that takes the focus. */
function nextPart(parts, back) {
  const there = parts.filter((part) => part && !part.hidden && part.offsetParent !== null);
  const at = there.findIndex((part) => part.contains(document.activeElement));
  const next = there[(at + (back ? -1 : 1) + there.length) % there.length];
  const first = [
    ...next.querySelectorAll("textarea, [aria-current=page]"),
    ...next.querySelectorAll("a, button, select, input, [tabindex='0']"),
  ];
  first.find((element) => element.offsetParent !== null)?.focus();
}

/**
 * Listen to the keys.
 * @param {Object<string, function(KeyboardEvent)>} run what each one does, by the name of its row
 */
export function listenToKeys(run) {
  const names = (event) => {
    const { key, code, altKey, shiftKey, ctrlKey, metaKey } = event;
    if (ctrlKey || metaKey) return "";
    if (key === "F6") return "part";
    if (altKey && (key === "ArrowUp" || key === "ArrowDown"))
      return shiftKey ? "unread" : "channel";
    if (altKey && /^Digit[1-3]$/.test(code)) return "person";
    if (altKey && code === "KeyW") return "wire";
    if (altKey || event.defaultPrevented || isTyping(event.target)) return "";
    return { "?": "keys", "/": "compose", Escape: "close" }[key] || "";
  };
  document.addEventListener("keydown", (event) => {
    const name = names(event);
    if (!name || document.querySelector("dialog[open], [popover]:popover-open:not(#toasts)"))
      return;
    event.preventDefault();
    run[name](event);
  });
}

/** Move the focus to the next of these parts. */
export function goToPart(ids, back) {
  nextPart(
    ids.map((id) => document.getElementById(id)),
    back,
  );
}
