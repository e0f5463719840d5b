/* SPDX-License-Identifier: MIT */
#include "support/certs.h"
#include "support/test.h"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_BYTES 256

static char folder[PATH_BYTES];
static pid_t maker; /* a forked child must not remove the folder */

static const char script[] =
    "set -e; cd \"$1\"; exec >/dev/null 2>&1\n"
    "key() { openssl ecparam -name prime256v1 -genkey -noout -out \"$1.key\"; }\n"
    "key ca; key server; key stranger\n"
    "openssl pkcs8 -topk8 -in server.key -passout pass:test -out locked.key\n"
    "openssl genrsa -out rsa.key 2048\n"
    "openssl req -x509 -new -key ca.key -subj '/CN=Test CA' -days 3 -out ca.pem\n"
    "sign() { # NAME KEY DAYS SUBJECT_ALT_NAME\n"
    "    echo \"subjectAltName=$4\" >\"$1.ext\"\n"
    "    openssl req -new -key \"$2.key\" -subj \"/CN=$1\" -out \"$1.csr\"\n"
    "    openssl x509 -req -in \"$1.csr\" -CA ca.pem -CAkey ca.key -CAcreateserial \\\n"
    "        -days \"$3\" -extfile \"$1.ext\" -out \"$1.pem\"\n"
    "}\n"
    "sign server server 3 DNS:localhost,IP:127.0.0.1,IP:::1\n"
    "sign rsa rsa 3 DNS:localhost,IP:127.0.0.1,IP:::1\n"
    "sign expired server -1 DNS:localhost,IP:127.0.0.1,IP:::1\n"
    "sign other server 3 DNS:other.example\n"
    "sign slack server 3 DNS:platform-tls-client.slack.com\n"
    "openssl req -x509 -new -key stranger.key -subj /CN=fake -days 3 \\\n"
    "    -addext subjectAltName=DNS:platform-tls-client.slack.com -out fake.pem\n"
    "openssl req -x509 -new -key stranger.key -subj /CN=localhost -days 3 \\\n"
    "    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -out stranger.pem\n";

static const char sign_script[] =
    "set -e; cd \"$1\"; exec >/dev/null 2>&1; rm -f client.ext; touch client.ext\n"
    "if [ -n \"$3\" ]; then echo \"subjectAltName=$3\" >client.ext; fi\n"
    "openssl req -new -utf8 -key server.key -subj \"$2\" -out client.csr\n"
    "openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3 \\\n"
    "    -extfile client.ext -out client.pem\n";

/* Runs a script with arguments. Returns true if it succeeded. */
static bool run_script(const char *text, const char *first, const char *second, const char *third)
{
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", text, "sh", first, second, third, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    while (child > 0 && waitpid(child, &status, 0) < 0)
        continue;
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void remove_folder(void)
{
    if (getpid() == maker) run_script("rm -rf -- \"$1\"", folder, "", "");
}

bool certs_make(void)
{
    static bool made;
    if (made) return true;
    if (!run_script("command -v openssl >/dev/null", "", "", "")) return false;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof(folder), "%s/slackapp-certs-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder)) fail_msg("can not make the folder %s", folder);
    maker = getpid();
    atexit(remove_folder);
    if (!run_script(script, folder, "", "")) fail_msg("openssl does not make our certificates");
    made = true;
    return true;
}

void certs_sign(const char *subject, const char *names)
{
    if (!run_script(sign_script, folder, subject, names)) fail_msg("not signed: %s", subject);
}

const char *certs_path(const char *name)
{
    static char paths[4][2 * PATH_BYTES];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}
