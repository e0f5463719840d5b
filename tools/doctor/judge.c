/* SPDX-License-Identifier: MIT */
#include "doctor/judge.h"

#include <stdarg.h>
#include <stdio.h>

void doctor_find(doctor_finding_t *ret, enum doctor_grade grade, const char *cure,
                 const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(ret->sentence, sizeof ret->sentence, format, ap);
    va_end(ap);
    snprintf(ret->cure, sizeof ret->cure, "%s", cure);
    ret->grade = grade;
}
