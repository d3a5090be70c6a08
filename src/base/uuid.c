/* UUIDs.  The kernel's randomness, or a seeded sequence in tests; random_bytes
 * is never seeded, whatever a test asks for. */
#include "base/uuid.h"

#include "base/str.h"
#include "base/time.h"
#include "base/vec.h"

#include <errno.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define POOL_SIZE 4096

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t seed, n_seeded;

void
random_bytes(void *out, size_t n)
{
    unsigned char *p = out;

    while (n) {
        ssize_t got = getrandom(p, n, 0);

        if (got < 0 && errno != EINTR) {
            perror("carrick: getrandom");
            abort();
        }
        if (got > 0) {
            p += got;
            n -= (size_t)got;
        }
    }
}

/* Sixteen bytes for an id: one system call fills many (per thread).  An id is
 * not a secret, so what is left of the pool after a fork matters only in that
 * it must not repeat: the child notices its new process number. */
static void
id_bytes(unsigned char out[16])
{
    static _Thread_local unsigned char pool[POOL_SIZE];
    static _Thread_local size_t left;
    static _Thread_local int owner;
    int pid = (int)getpid();

    if (left < 16 || owner != pid) {
        random_bytes(pool, sizeof pool);
        left = sizeof pool;
        owner = pid;
    }
    left -= 16;
    memcpy(out, pool + left, 16);
}

static bool
seeded_bytes(unsigned char out[16])
{
    uint64_t words[2];
    bool seeded;

    pthread_mutex_lock(&lock);
    seeded = seed != 0;
    if (seeded) {
        n_seeded++;
        words[0] = hash_bytes(&n_seeded, sizeof n_seeded, seed);
        words[1] = hash_bytes(&n_seeded, sizeof n_seeded, ~seed);
        memcpy(out, words, 16);
    }
    pthread_mutex_unlock(&lock);
    return seeded;
}

void
uuid_seed(uint64_t new_seed)
{
    pthread_mutex_lock(&lock);
    seed = new_seed;
    n_seeded = 0;
    pthread_mutex_unlock(&lock);
}

/* Sets version and variant and writes the text. */
static void
to_text(char out[UUID_SIZE], unsigned char b[16], int version)
{
    char hex[33];

    b[6] = (unsigned char)((b[6] & 0x0f) | version << 4);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    hex_from(hex, b, 16);
    snprintf(out, UUID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
             hex + 20);
}

void
uuid_new(char out[UUID_SIZE])
{
    unsigned char b[16];

    if (!seeded_bytes(b)) {
        id_bytes(b);
    }
    to_text(out, b, 4);
}

const char *
uuid_make(struct mem *mem)
{
    char text[UUID_SIZE];

    uuid_new(text);
    return mem_str(mem, text);
}

/* The next tick: the clock's, or one more than the last where that is not later. */
static uint64_t
next_tick(void)
{
    static _Atomic uint64_t last;
    uint64_t before = atomic_load(&last), next;

    do {
        next = (uint64_t)time_now_us() >> 4;
        next = next > before ? next : before + 1;
    } while (!atomic_compare_exchange_weak(&last, &before, next));
    return next;
}

const char *
uuid_make_ordered(struct mem *mem)
{
    char text[UUID_SIZE];
    unsigned char b[16];
    uint64_t tick;

    if (!seeded_bytes(b)) {
        id_bytes(b);
        tick = next_tick();
        for (int i = 0; i < 5; i++) {
            b[i] = (unsigned char)(tick >> (32 - 8 * i));
        }
    }
    to_text(text, b, 4);
    return mem_str(mem, text);
}

const char *
uuid_make_hex(struct mem *mem)
{
    char text[UUID_SIZE];

    uuid_new(text);
    return mem_printf(mem, "%.8s%.4s%.4s%.4s%s", text, text + 9, text + 14, text + 19, text + 24);
}

/* SHA-256, since names hold what tenants chose: nobody can make two names meet. */
const char *
uuid_from(struct mem *mem, const char *name)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char text[UUID_SIZE];

    if (!EVP_Digest(name, strlen(name), digest, NULL, EVP_sha256(), NULL)) {
        fprintf(stderr, "carrick: no SHA-256\n");
        abort();
    }
    to_text(text, digest, 5);
    return mem_str(mem, text);
}

bool
uuid_valid(const char *s)
{
    size_t n = s ? strlen(s) : 0;

    if (n != 36 && n != 32) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        bool dash = n == 36 && (i == 8 || i == 13 || i == 18 || i == 23);

        if (dash ? s[i] != '-' : !strchr("0123456789abcdefABCDEF", s[i])) {
            return false;
        }
    }
    return true;
}
