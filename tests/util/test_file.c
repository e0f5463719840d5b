/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* unshare */
#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/clean_env.h"
#include "support/file.h"
#include "support/test.h"

/* Which permissions the library accepts. The cases run in a temporary folder of their own. */

#define FOLDER_TEST(function) TEST_CASE(function, clean_env_enter, clean_env_leave, NULL)

static slack_file_fault_t fault;

static void expect(bool accepted, const char *why)
{
    if (accepted != (why == NULL)) fail_msg("%s", accepted ? "accepted" : fault.why);
    if (why) assert_string_equal(fault.why, why);
}

enum { APP = 1000, OTHER = 1001 };
#define CHGRP ", and chgrp it to a group of this program's user"

static struct {
    const char *name;
    uid_t owner;
    mode_t mode;
    enum slack_file_use use;
    const char *why; /* NULL: accepted */
} rows[] = {
    {"the app's secret", APP, 0600, SLACK_FILE_PRIVATE, NULL},
    {"a secret that a group may read", APP, 0640, SLACK_FILE_PRIVATE, NULL},
    {"root's secret, for a group of the app's user", 0, 0440, SLACK_FILE_PRIVATE, NULL},
    {"a secret that every user may read", APP, 0644, SLACK_FILE_PRIVATE,
     "every user may read it (mode 0644): chmod 0640 it"},
    {"root's secret that every user may read", 0, 0444, SLACK_FILE_PRIVATE,
     "every user may read it (mode 0444): chmod 0440 it" CHGRP},
    {"a secret that every user may change", APP, 0666, SLACK_FILE_PRIVATE,
     "every user may change it (mode 0666): chmod 0640 it"},
    {"a secret that every user may only change", APP, 0602, SLACK_FILE_PRIVATE,
     "every user may change it (mode 0602): chmod 0600 it"},
    {"a secret that a group may change", APP, 0660, SLACK_FILE_PRIVATE,
     "its group may change it (mode 0660): chmod 0640 it"},
    {"another user's secret", OTHER, 0600, SLACK_FILE_PRIVATE,
     "it belongs to user 1001: run this program as that user, or chown 1000 it"},
    {"a certificate", APP, 0644, SLACK_FILE_TRUSTED, NULL},
    {"root's certificate", 0, 0444, SLACK_FILE_TRUSTED, NULL},
    {"a certificate that a group may change", APP, 0664, SLACK_FILE_TRUSTED,
     "its group may change it (mode 0664): chmod 0644 it"},
    {"root's certificate that every user may change", 0, 0646, SLACK_FILE_TRUSTED,
     "every user may change it (mode 0646): chmod 0644 it" CHGRP},
    {"another user's certificate", OTHER, 0644, SLACK_FILE_TRUSTED,
     "it belongs to user 1001: run this program as that user, or chown 1000 it"},
    {"a template of anybody", OTHER, 0666, SLACK_FILE_PUBLIC, NULL},
};

TEST_EACH(permissions, rows)
{
    const size_t i = (size_t)((__typeof__(rows[0]) *)*state - rows);
    const struct stat st = {.st_uid = rows[i].owner, .st_mode = S_IFREG | rows[i].mode};
    expect(slack__file_permits(&st, APP, rows[i].use, &fault), rows[i].why);
}

/* Root's own permissions on a secret of another user do not count. */
FOLDER_TEST(another_users_secret_is_refused_to_root)
{
    if (geteuid() != 0) skip();
    char *secret = NULL;
    file_write("secret", "s");
    assert_int_equal(chown("secret", OTHER, OTHER), 0);
    assert_int_not_equal(slack__file_read_secret("secret", &secret, &fault), 0);
    assert_string_equal(fault.why,
                        "it belongs to user 1001: run this program as that user, or chown 0 it");
    assert_null(secret);
}

FOLDER_TEST(a_new_file_is_private_whatever_the_umask)
{
    static const mode_t umasks[] = {0, 022, 0777};
    for (size_t i = 0; i < sizeof umasks / sizeof *umasks; i++) {
        struct stat st;
        const mode_t before = umask(umasks[i]);
        int fd = slack__file_open_private("new", O_EXCL | O_NOFOLLOW, &fault);
        umask(before);
        assert_int_equal(fstat(fd, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        close(fd);
        assert_int_equal(slack__file_check_private("new", O_NOFOLLOW, &fault), 0);
        assert_int_equal(unlink("new"), 0);
    }
}

FOLDER_TEST(links_are_followed_only_to_read)
{
    file_write("file", "s");
    assert_int_equal(symlink("file", "link"), 0);
    expect(slack__file_check("link", SLACK_FILE_PRIVATE, &fault) == 0, NULL);
    expect(slack__file_check_private("link", O_NOFOLLOW, &fault) == 0, "it is a link, not a file");
    expect(slack__file_open_private("link", O_NOFOLLOW, &fault) >= 0, "it is a link, not a file");
}

FOLDER_TEST(folders)
{
    static const struct {
        mode_t above, mode;
        const char *why;
    } table[] = {
        {0755, 0700, NULL},
        {0755, 02775, NULL}, /* a volume of Kubernetes with fsGroup */
        {01777, 0700, NULL},
        {0755, 0777,
         "every user may make files in its folder (mode 0777): chmod o-w that, or take another "
         "folder"},
        {0755, 01777,
         "every user may make files in its folder (mode 1777): chmod o-w that, or take another "
         "folder"},
        {0777, 0700,
         "every user may rename its folder: a folder above has mode 0777, chmod o-w or +t that "
         "(see namei -l)"},
    };
    assert_int_equal(mkdir("a", 0700) | mkdir("a/b", 0700) | mkdir("a/b/c", 0700), 0);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(chmod("a", table[i].above) | chmod("a/b/c", table[i].mode), 0);
        expect(slack__file_check_folder("a/b/c/file", &fault) == 0, table[i].why);
    }
    if (geteuid() == 0) {
        assert_int_equal(chmod("a", 0700) | chown("a/b/c", OTHER, OTHER) | chmod("a/b/c", 0700), 0);
        expect(slack__file_check_folder("a/b/c/file", &fault) == 0,
               "its folder belongs to user 1001: run this program as that user, or chown 0 the "
               "folder");
    }
    rmdir("a/b/c");
    rmdir("a/b");
    rmdir("a");
}

/* Mounts the working directory read-only in a namespace of its own. Never returns. */
static void read_only_child(void)
{
    char here[200];
    if (!getcwd(here, sizeof here) || unshare(CLONE_NEWNS | (geteuid() ? CLONE_NEWUSER : 0)) != 0 ||
        mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount(here, here, "none", MS_BIND, NULL) != 0 ||
        mount("none", here, "none", MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) != 0 ||
        chdir(here) != 0)
        _exit(2);
    _exit(slack__file_check("secret", SLACK_FILE_PRIVATE, &fault) == 0 ? 0 : 1);
}

/* As Kubernetes (0644) and Docker (0444, or of the user of the host) mount secrets. */
FOLDER_TEST(a_read_only_mount_is_trusted)
{
    int status;
    file_write("secret", "s");
    assert_int_equal(chmod("secret", 0666), 0);
    if (geteuid() == 0) assert_int_equal(chown("secret", OTHER, OTHER), 0);
    assert_int_not_equal(slack__file_check("secret", SLACK_FILE_PRIVATE, &fault), 0);
    pid_t pid = fork();
    if (pid == 0) read_only_child();
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WEXITSTATUS(status) == 2) skip(); /* no namespaces here */
    assert_int_equal(status, 0);
}
