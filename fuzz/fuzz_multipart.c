/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "fuzz.h"
#include "sim/multipart.h"

/* A form that the simulator gets: the media type in the first line, the body behind it. The file of
 * a form lies in its body, and is found again in a form that is made of it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slack_slice_t body = {(const char *)data, size}, type, file, again;
    slack__slice_split(&body, '\n', &type);
    if (!sim_multipart_file(type, body, &file)) return 0;
    must(file.ptr >= body.ptr && file.ptr + file.len <= body.ptr + body.len);
    char *form = malloc(file.len + 128);
    must(form);
    size_t len = (size_t)sprintf(form, "--:\r\nX: filename=a\r\n\r\n");
    memcpy(form + len, file.ptr, file.len);
    memcpy(form + len + file.len, "\r\n--:--", 8);
    slack_slice_t made = {form, len + file.len + 7};
    /* A file that has the boundary ends at it. One that begins with it leaves a part that has only
     * a head, and another part may follow. */
    const bool begins = file.len >= 3 && memcmp(file.ptr, "--:", 3) == 0;
    const bool found = sim_multipart_file(SLACK_SLICE("a/b; boundary=:"), made, &again);
    must(found || begins);
    must(begins || (again.ptr == form + len && again.len <= file.len));
    free(form);
    return 0;
}
