/* SPDX-License-Identifier: MIT */
#include "support/heap.h"
#include "support/test.h"

int main(void)
{
    heap_install();
    return test_run_all(NULL, NULL);
}
