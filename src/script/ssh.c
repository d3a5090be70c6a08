/* SSH as a client that trusts one key of the server and offers one of its own.
 * libssh reads no configuration, no agent and no file here; the connection is given
 * to it, because in the cage it could make none. */
#include "script/ssh.h"

#include <libssh/libssh.h>
#include <stdio.h>
#include <string.h>

#define NOWHERE "/nonexistent"
#define PATIENCE_S 20 /* for each answer of the protocol itself */
#define POLL_MS 100

static struct err *
refused(ssh_session session, const char *what)
{
    return err_new(E_INTERNAL, NULL, "libssh: %s: %s", what,
                   session ? ssh_get_error(session) : "no memory");
}

/* The server is asked for the kind of key that it showed before. */
static const char *
host_key_kinds(const char *host_key)
{
    static const struct {
        const char *kind, *algorithms;
    } kinds[] = {
        {"ssh-ed25519 ", "ssh-ed25519"},
        {"ecdsa-sha2-nistp256 ", "ecdsa-sha2-nistp256"},
        {"ecdsa-sha2-nistp384 ", "ecdsa-sha2-nistp384"},
        {"ecdsa-sha2-nistp521 ", "ecdsa-sha2-nistp521"},
        {"ssh-rsa ", "rsa-sha2-512,rsa-sha2-256"},
    };

    for (size_t i = 0; host_key && i < sizeof kinds / sizeof *kinds; i++) {
        if (str_starts(host_key, kinds[i].kind)) {
            return kinds[i].algorithms;
        }
    }
    return NULL;
}

static bool
options_set(ssh_session session, const struct ssh_work *work)
{
    const char *kinds = host_key_kinds(work->host_key);
    const bool no = false;
    const long patience_s = PATIENCE_S;
    const socket_t fd = work->fd;

    return ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no) == 0 &&
           ssh_options_set(session, SSH_OPTIONS_SSH_DIR, NOWHERE) == 0 &&
           ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, NOWHERE "/known") == 0 &&
           ssh_options_set(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, NOWHERE "/known") == 0 &&
           ssh_options_set(session, SSH_OPTIONS_HOST, "vnfc") == 0 &&
           ssh_options_set(session, SSH_OPTIONS_USER, work->user) == 0 &&
           ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &patience_s) == 0 &&
           (!kinds || ssh_options_set(session, SSH_OPTIONS_HOSTKEYS, kinds) == 0) &&
           ssh_options_set(session, SSH_OPTIONS_FD, &fd) == 0;
}

struct err *
ssh_prepare(const struct ssh_work *work, ssh_session *session, ssh_key *key)
{
    *session = NULL;
    if (ssh_init() != SSH_OK ||
        ssh_pki_import_privkey_base64(work->private_key, NULL, NULL, NULL, key) != SSH_OK) {
        return refused(NULL, "our key is not read");
    }
    *session = ssh_new();
    if (!*session || !options_set(*session, work)) {
        return refused(*session, "options");
    }
    return NULL;
}

/* ---- the server's key ------------------------------------------------------------------ */

/* "TYPE BASE64" in 'text'; false where it has none that fits. */
static bool
server_key(ssh_session session, char *text, size_t size)
{
    ssh_key key = NULL;
    char *base64 = NULL;
    bool ok = ssh_get_server_publickey(session, &key) == SSH_OK &&
              ssh_pki_export_pubkey_base64(key, &base64) == SSH_OK;

    if (ok) {
        const char *kind = ssh_key_type_to_char(ssh_key_type(key));
        int n = snprintf(text, size, "%s %s", kind ? kind : "?", base64);

        ok = kind && n > 0 && (size_t)n < size;
    }
    ssh_string_free_char(base64);
    ssh_key_free(key);
    return ok;
}

static bool
say_text(const struct ssh_work *work, enum script_word word, const char *text)
{
    return work->say(word, text, strlen(text));
}

static bool
server_known(const struct ssh_work *work, ssh_session session)
{
    char key[4096];

    if (!server_key(session, key, sizeof key)) {
        return say_text(work, SCRIPT_AWAY, "the server shows no host key") && false;
    }
    if (work->host_key && !str_eq(key, work->host_key)) {
        return say_text(work, SCRIPT_OTHER, key) && false;
    }
    return say_text(work, SCRIPT_HOST_KEY, key);
}

/* ---- the script -------------------------------------------------------------------------- */

static bool
fed(ssh_channel channel, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        int n = ssh_channel_write(channel, text, left > SCRIPT_PIECE_MAX ? SCRIPT_PIECE_MAX
                                                                         : (uint32_t)left);

        if (n <= 0) {
            return false;
        }
        text += n;
        left -= (size_t)n;
    }
    return ssh_channel_send_eof(channel) == SSH_OK;
}

/* What is there of a stream; false where the connection, or the parent, is gone. */
static bool
passed_on(const struct ssh_work *work, ssh_channel channel, bool is_err, int wait_ms)
{
    char piece[SCRIPT_PIECE_MAX];
    int n = ssh_channel_read_timeout(channel, piece, sizeof piece, is_err, wait_ms);

    if (n > 0) {
        return work->say(is_err ? SCRIPT_ERR : SCRIPT_OUT, piece, (size_t)n);
    }
    return n == 0 || n == SSH_AGAIN;
}

static bool
listened(const struct ssh_work *work, ssh_session session, ssh_channel channel)
{
    bool more;

    do {
        more = !ssh_channel_is_eof(channel) && ssh_channel_is_open(channel);
        if (!ssh_is_connected(session) || !passed_on(work, channel, false, more ? POLL_MS : 0) ||
            !passed_on(work, channel, true, 0)) {
            return false;
        }
    } while (more || ssh_channel_poll(channel, 0) > 0 || ssh_channel_poll(channel, 1) > 0);
    return true;
}

static void
script_do(const struct ssh_work *work, ssh_session session, ssh_channel channel)
{
    char status[16];

    if (!work->say(SCRIPT_BEGINS, "", 0)) {
        return;
    }
    if (ssh_channel_request_exec(channel, "sh -s") != SSH_OK || !fed(channel, work->text) ||
        !listened(work, session, channel)) {
        (void)say_text(work, SCRIPT_FAULT, ssh_get_error(session));
        return;
    }
    (void)snprintf(status, sizeof status, "%d", ssh_channel_get_exit_status(channel));
    (void)say_text(work, SCRIPT_ENDED, status);
}

/* Why nobody lets us in is told in our own words: the library's have the greeting of whoever it is that
 * the tenant's address led to. */
void
ssh_work(const struct ssh_work *work, ssh_session session, ssh_key key)
{
    ssh_channel channel;

    if (ssh_connect(session) != SSH_OK) {
        (void)say_text(work, SCRIPT_AWAY, "what answers there speaks no SSH that we do");
        return;
    }
    if (!server_known(work, session)) {
        return;
    }
    if (ssh_userauth_publickey(session, NULL, key) != SSH_AUTH_SUCCESS) {
        (void)say_text(work, SCRIPT_AWAY, "the server does not take the instance's key of this user");
        return;
    }
    channel = ssh_channel_new(session);
    if (!channel || ssh_channel_open_session(channel) != SSH_OK) {
        (void)say_text(work, SCRIPT_AWAY, "the server opens no session");
        return;
    }
    script_do(work, session, channel);
}
