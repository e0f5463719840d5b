// SPDX-License-Identifier: MIT
/* The pickers of dates and times: the browser's own, which know the keyboard and screen readers. */

import { h } from "../base/dom.js";
import { asNumber, asText } from "../base/shapes.js";
import { beginValue, changeValue, nameAttributes } from "./place.js";

/* A picker changes with each digit that is typed into its year. The change counts at once if it was
 * chosen by the pointer, and else when the person leaves the picker or presses Enter. */
function picker(place, { type, otherwise, shown, valueOf }) {
  let typed = false;
  let sent = shown;
  const settle = async ({ currentTarget: input }) => {
    typed = false;
    if (input.value === sent) return;
    const before = sent;
    sent = input.value;
    if (await changeValue(place, input, valueOf(input.value))) return;
    sent = before;
    input.value = before;
  };
  return h("input", {
    class: "control-field control-date",
    type,
    value: shown,
    ...nameAttributes(place, otherwise),
    onkeydown: (event) => {
      typed = event.key !== "Enter";
      if (!typed) settle(event);
    },
    onpointerdown: () => {
      typed = false;
    },
    onchange: (event) => !typed && settle(event),
    onblur: settle,
  });
}

function datepicker(element, place) {
  const shown = asText(beginValue(place, "selected_date", element.initial_date));
  return picker(place, {
    type: "date",
    otherwise: "Select a date",
    shown,
    valueOf: (value) => ({ selected_date: value || null }),
  });
}

function timepicker(element, place) {
  const shown = asText(beginValue(place, "selected_time", element.initial_time));
  const zone = asText(element.timezone);
  const input = picker(place, {
    type: "time",
    otherwise: "Select a time",
    shown,
    valueOf: (value) => ({ selected_time: value || null, ...(zone && { timezone: zone }) }),
  });
  return zone ? [input, h("span", { class: "block-hint" }, h("bdi", null, zone))] : input;
}

/* Seconds since 1970 as the browser's picker writes them, in the reader's time zone. */
function localText(seconds) {
  const at = new Date(seconds * 1000);
  if (!seconds || Number.isNaN(at.getTime())) return "";
  const two = (number) => String(number).padStart(2, "0");
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

function datetimepicker(element, place) {
  const begin = beginValue(place, "selected_date_time", element.initial_date_time);
  return picker(place, {
    type: "datetime-local",
    otherwise: "Select a date and a time",
    shown: localText(asNumber(begin)),
    valueOf: (value) => ({
      selected_date_time: value ? Math.floor(new Date(value).getTime() / 1000) : null,
    }),
  });
}

export const dateElements = { datepicker, timepicker, datetimepicker };
