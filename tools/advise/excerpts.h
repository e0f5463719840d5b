/* SPDX-License-Identifier: MIT */
#ifndef ADVISE_EXCERPTS_H
#define ADVISE_EXCERPTS_H

/* Declarations of the real headers, with their comments, in lines; NULL at the end. A build makes
 * them (tools/meson.build says which). */
extern const char *const advise_handlers[];  /* as far as handlers see a transport */
extern const char *const advise_transport[]; /* the vtable, for another transport */

#endif
