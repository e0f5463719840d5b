/* Replaces libFuzzer in normal builds: runs every file of a corpus folder once. */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The buffer has exactly the input's size, so that a sanitizer reports a read of the first byte
 * after its end. */
static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) return -1;
    int rc = -1;
    uint8_t *data = NULL;
    long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (size < 0) goto out;
    rewind(file);
    data = malloc((size_t)size);
    if ((!data && size > 0) || fread(data, 1, (size_t)size, file) != (size_t)size) goto out;
    LLVMFuzzerTestOneInput(data, (size_t)size);
    rc = 0;
out:
    free(data);
    fclose(file);
    return rc;
}

int main(int argc, char **argv)
{
    DIR *corpus = argc == 2 ? opendir(argv[1]) : NULL;
    if (!corpus) {
        printf("Bail out! usage: %s CORPUS_FOLDER\n", argv[0]);
        return 1;
    }
    int inputs = 0, unread = 0;
    for (struct dirent *entry; (entry = readdir(corpus));) {
        if (entry->d_name[0] == '.') continue;
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        printf("# %s\n", path);
        fflush(stdout); /* the last name printed is the input that crashed */
        inputs++;
        if (replay(path) != 0) unread++;
    }
    closedir(corpus);
    int ok = inputs > 0 && unread == 0;
    printf("%sok 1 - %d inputs, %d unreadable\n1..1\n", ok ? "" : "not ", inputs, unread);
    return !ok;
}
