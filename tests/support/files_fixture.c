/* SPDX-License-Identifier: MIT */
#include "support/files_fixture.h"

#include <dirent.h>
#include <unistd.h>

struct files_fixture ff;

#define PATIENCE_NS UINT64_C(30000000000)

void ff_turn(void)
{
    if (world_is_quiet(&peer.world))
        uv_run(&peer.world.loop, UV_RUN_NOWAIT);
    else
        world_wait_ms(&peer.world);
    peer.world.mono_us += ff.turn_ms * 1000;
    slack__net_clock_moved(peer.world.net);
}

void ff_until(unsigned want)
{
    const uint64_t since_ns = uv_hrtime();
    while (ff.ended < want && uv_hrtime() - since_ns < PATIENCE_NS)
        ff_turn();
    if (ff.ended < want) fail_msg("nothing came of it:\n%s", peer.world.log);
}

static void open_webapi(const char *api_url)
{
    const slack_webapi_options_t options = {
        .api_url = api_url, .ca_file = ff.ca_file, .concurrency = 100, .timeout_ms = 10000};
    assert_int_equal(slack__webapi_new(&ff.webapi, peer.world.net, &options), 0);
    ff.client = (slack_client_t){
        .webapi = ff.webapi, .log = &peer.world.logger, .token = SIM_PEER_BOT_TOKEN};
}

static void close_webapi(void)
{
    ff.closed = false;
    slack__webapi_close(ff.webapi, world_set_flag, &ff.closed);
    while (!ff.closed)
        ff_turn();
    ff.webapi = NULL;
}

void ff_reopen_at(const char *api_url)
{
    close_webapi();
    open_webapi(api_url);
}

static const char *server_url(void)
{
    static char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/api/",
             ff.server ? peer_port(ff.server) : sim_port(peer.sim));
    return url;
}

void ff_reopen(void)
{
    ff_reopen_at(server_url());
}

void ff_open(peer_fn fn)
{
    memset(&ff, 0, sizeof ff);
    ff.turn_ms = 20;
    sim_peer_open(&peer, NULL);
    if (fn) ff.server = peer_open(&peer.world.loop, fn, NULL);
    open_webapi(server_url());
    snprintf(ff.folder, sizeof ff.folder, "/tmp/slack-files-XXXXXX");
    assert_non_null(mkdtemp(ff.folder));
    for (size_t i = 0; i + 1 < sizeof ff.bytes; i++)
        ff.bytes[i] = (char)((i * 2654435761u) >> 13);
}

void ff_close(void)
{
    DIR *dir = opendir(ff.folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir) closedir(dir);
    rmdir(ff.folder);
    if (ff.webapi) close_webapi();
    peer_close(ff.server);
    sim_peer_close(&peer);
}

const char *ff_path(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", ff.folder, name);
    return path;
}

const char *ff_make(const char *name, size_t size)
{
    const char *path = ff_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(ff.bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return path;
}

int ff_progress(const slack_file_progress_t *progress, void *user_data)
{
    ff.progress++;
    ff.progress_bytes = progress->bytes;
    snprintf(ff.name, sizeof ff.name, "%s", progress->name);
    assert_true(progress->total == 0 || progress->bytes <= progress->total);
    return ff.progress_rc;
}

void ff_uploaded(const slack_uploaded_t *uploaded, void *user_data)
{
    ff.ended++;
    ff.status = uploaded->status;
    ff.files = slack_json_count(uploaded->files, "");
    snprintf(ff.error, sizeof ff.error, "%s", uploaded->error);
    snprintf(ff.channel, sizeof ff.channel, "%s", uploaded->channel);
    snprintf(ff.ts, sizeof ff.ts, "%s", uploaded->ts);
}

void ff_downloaded(const slack_downloaded_t *downloaded, void *user_data)
{
    ff.ended++;
    ff.status = downloaded->status;
    ff.got = downloaded->bytes;
    snprintf(ff.error, sizeof ff.error, "%s", downloaded->error);
}

int ff_upload(const slack_upload_t *upload)
{
    const unsigned before = ff.ended;
    assert_int_equal(slack_upload(&ff.client, upload, ff_uploaded, NULL), 0);
    assert_int_equal(ff.ended, before); /* not before the return */
    ff_until(before + 1);
    return ff.status;
}

int ff_download(const slack_download_t *download)
{
    const unsigned before = ff.ended;
    assert_int_equal(slack_download(&ff.client, download, ff_downloaded, NULL), 0);
    assert_int_equal(ff.ended, before);
    ff_until(before + 1);
    return ff.status;
}

void ff_fault(const char *words, unsigned count, unsigned after)
{
    sim_peer_fault(&peer, slack__arena_printf(peer.arena, "%s --count %u%s", words, count,
                                              after ? " --after 1" : ""));
}
