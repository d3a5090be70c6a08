/* Arenas are chains of blocks: the newest is allocated from, the first is part
 * of the arena itself and is what mem_reset keeps.  Under AddressSanitizer the
 * unused parts are poisoned, so that running past an allocation is still seen. */
#include "base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define RED_ZONE 16
#define HIDE(p, n) __asan_poison_memory_region((p), (n))
#define SHOW(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define RED_ZONE 0
#define HIDE(p, n) ((void)(p), (void)(n))
#define SHOW(p, n) ((void)(p), (void)(n))
#endif

#define ALIGN 16
#define BLOCK_FIRST 2048
#define BLOCK_MAX ((size_t)1 << 20)
#define BLOCK_KEEP ((size_t)1 << 18) /* What mem_reset keeps at most. */

struct block {
    struct block *older;
    size_t size; /* Of 'data'. */
    size_t used;
    size_t pad_;
    _Alignas(ALIGN) unsigned char data[];
};

/* A function to run when the arena goes. */
struct on_free {
    struct on_free *older;
    void (*fn)(void *arg);
    void *arg;
};

struct mem {
    const char *name;
    struct block *blocks; /* Newest first. */
    struct block *first;
    struct on_free *on_free;
    size_t size;
};

static void
out_of_memory(size_t n)
{
    fprintf(stderr, "carrick: out of memory (%zu bytes)\n", n);
    abort();
}

void
mem_give_back(void)
{
    /* Left alone, malloc takes the size of the largest block ever freed for the usual one, and
     * each thread keeps as much. */
    (void)mallopt(M_MMAP_THRESHOLD, 256 << 10);
    (void)mallopt(M_TRIM_THRESHOLD, 512 << 10);
}

void *
heap_alloc(size_t n)
{
    void *p = calloc(1, n ? n : 1);

    if (!p) {
        out_of_memory(n);
    }
    return p;
}

void *
heap_realloc(void *p, size_t n)
{
    p = realloc(p, n ? n : 1);
    if (!p) {
        out_of_memory(n);
    }
    return p;
}

char *
heap_str(const char *s)
{
    size_t n;
    char *copy;

    if (!s) {
        return NULL;
    }
    n = strlen(s) + 1;
    copy = heap_realloc(NULL, n);
    memcpy(copy, s, n);
    return copy;
}

static struct block *
block_new(size_t size)
{
    struct block *block = malloc(sizeof *block + size);

    if (!block) {
        out_of_memory(size);
    }
    block->older = NULL;
    block->size = size;
    block->used = 0;
    HIDE(block->data, size);
    return block;
}

static void
block_free(struct block *block)
{
    SHOW(block->data, block->size);
    free(block);
}

struct mem *
mem_new(const char *name)
{
    struct mem *mem = heap_alloc(sizeof *mem);

    mem->name = name;
    mem->first = mem->blocks = block_new(BLOCK_FIRST);
    mem->size = BLOCK_FIRST;
    return mem;
}

static void
run_on_free(struct mem *mem)
{
    while (mem->on_free) {
        struct on_free *hook = mem->on_free;

        mem->on_free = hook->older;
        hook->fn(hook->arg);
    }
}

/* Frees every block but 'keep' (null: all). */
static void
drop_blocks(struct mem *mem, const struct block *keep)
{
    struct block *block = mem->blocks;

    while (block) {
        struct block *older = block->older;

        if (block != keep) {
            block_free(block);
        }
        block = older;
    }
}

void
mem_free(struct mem *mem)
{
    if (mem) {
        run_on_free(mem);
        drop_blocks(mem, NULL);
        free(mem);
    }
}

void
mem_autofree(struct mem **mem)
{
    mem_free(*mem);
    *mem = NULL;
}

/* The largest block, unless that is more than a later turn should hold on to. */
static struct block *
block_to_keep(const struct mem *mem)
{
    struct block *block = mem->blocks;

    while (block != mem->first && block->size > BLOCK_KEEP) {
        block = block->older;
    }
    return block;
}

void
mem_reset(struct mem *mem)
{
    struct block *keep = block_to_keep(mem);

    run_on_free(mem);
    drop_blocks(mem, keep);
    mem->first = keep;
    mem->blocks = mem->first;
    mem->first->older = NULL;
    mem->first->used = 0;
    mem->size = mem->first->size;
    HIDE(mem->first->data, mem->first->size);
}

size_t
mem_size(const struct mem *mem)
{
    return mem->size;
}

/* Makes a block with room for 'n' bytes.  A large one goes behind the current
 * block, whose rest stays in use. */
static struct block *
add_block(struct mem *mem, size_t n)
{
    size_t size = mem->blocks->size * 2;
    struct block *block;

    size = size > BLOCK_MAX ? BLOCK_MAX : size;
    if (n > size / 4) {
        block = block_new(n);
        block->older = mem->blocks->older;
        mem->blocks->older = block;
    } else {
        block = block_new(size);
        block->older = mem->blocks;
        mem->blocks = block;
    }
    mem->size += block->size;
    return block;
}

/* 'n' bytes that are not zeroed. */
static void *
take(struct mem *mem, size_t n)
{
    struct block *block = mem->blocks;
    size_t need;
    void *p;

    if (n > SIZE_MAX / 2) {
        out_of_memory(n);
    }
    need = ((n ? n : 1) + RED_ZONE + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (block->size - block->used < need) {
        block = add_block(mem, need);
    }
    p = block->data + block->used;
    block->used += need;
    SHOW(p, n);
    return p;
}

void *
mem_alloc(struct mem *mem, size_t n)
{
    void *p = take(mem, n);

    memset(p, 0, n);
    return p;
}

void *
mem_array(struct mem *mem, size_t n, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(n, size, &total)) {
        out_of_memory(SIZE_MAX);
    }
    return mem_alloc(mem, total);
}

void *
mem_copy(struct mem *mem, const void *p, size_t n)
{
    void *copy = take(mem, n);

    if (n) {
        memcpy(copy, p, n);
    }
    return copy;
}

char *
mem_strn(struct mem *mem, const char *s, size_t n)
{
    char *copy;

    if (!s) {
        return NULL;
    }
    copy = take(mem, n + 1);
    memcpy(copy, s, n);
    copy[n] = 0;
    return copy;
}

char *
mem_str(struct mem *mem, const char *s)
{
    return s ? mem_strn(mem, s, strlen(s)) : NULL;
}

char *
mem_vprintf(struct mem *mem, const char *fmt, va_list args)
{
    va_list again;
    char *text;
    int n;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0) {
        return mem_str(mem, "");
    }
    text = take(mem, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, fmt, args);
    return text;
}

char *
mem_printf(struct mem *mem, const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    text = mem_vprintf(mem, fmt, args);
    va_end(args);
    return text;
}

void
mem_on_free(struct mem *mem, void (*fn)(void *arg), void *arg)
{
    struct on_free *hook = MEM_NEW(mem, struct on_free);

    hook->fn = fn;
    hook->arg = arg;
    hook->older = mem->on_free;
    mem->on_free = hook;
}
