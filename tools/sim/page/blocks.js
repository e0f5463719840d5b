// SPDX-License-Identifier: MIT
/* Draws the content of a message: its blocks, and its attachments, which may have blocks. */

export { drawAttachments } from "./attachments.js";
export { drawBlocks } from "./block_kinds.js";
