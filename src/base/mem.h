/* Arena memory.  Everything a request, a flow turn or a transaction allocates
 * lives in one arena and goes with it: nothing in an arena is freed singly. */
#ifndef CARRICK_BASE_MEM_H
#define CARRICK_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_USE __attribute__((warn_unused_result))
#define NEVER_NULL __attribute__((returns_nonnull))

/* AUTO(mem) m = mem_new("why");  frees at the end of the scope. */
#define AUTO(type) __attribute__((cleanup(type##_autofree))) struct type *

struct mem;

/* A new arena; 'name' is borrowed and shown in accounting.  Never null: out of
 * memory aborts, since every input is limited in size before it gets here. */
struct mem *mem_new(const char *name) MUST_USE NEVER_NULL;

/* Frees the arena and all that lives in it.  Null is accepted. */
void mem_free(struct mem *mem);
void mem_autofree(struct mem **mem);

/* Drops everything in the arena but keeps a block of it for reuse: the newest of at most 256 KiB,
 * or the first. */
void mem_reset(struct mem *mem);

/* Bytes the arena holds from the heap. */
size_t mem_size(const struct mem *mem);

/* 'n' bytes, zeroed, aligned to 16.  Never null. */
void *mem_alloc(struct mem *mem, size_t n) MUST_USE NEVER_NULL;
/* 'n' elements of 'size' bytes, zeroed; aborts on overflow. */
void *mem_array(struct mem *mem, size_t n, size_t size) MUST_USE NEVER_NULL;
/* Copies.  A null 's' gives null. */
char *mem_str(struct mem *mem, const char *s) MUST_USE;
char *mem_strn(struct mem *mem, const char *s, size_t n) MUST_USE;
void *mem_copy(struct mem *mem, const void *p, size_t n) MUST_USE;
char *mem_printf(struct mem *mem, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_USE NEVER_NULL;
char *mem_vprintf(struct mem *mem, const char *fmt, va_list args)
    PRINTF_LIKE(2, 0) MUST_USE NEVER_NULL;

/* Runs 'fn(arg)' when the arena is freed or reset, last registered first. */
void mem_on_free(struct mem *mem, void (*fn)(void *arg), void *arg);

#define MEM_NEW(mem, type) ((type *)mem_alloc((mem), sizeof(type)))
#define MEM_ARRAY(mem, n, type) ((type *)mem_array((mem), (n), sizeof(type)))

/* For a process that runs long and answers with much at times: what is freed goes back to the system
 * instead of being kept for the next time.  Any thread, any number of times. */
void mem_give_back(void);

/* Heap allocation for objects with a life of their own; never null. */
void *heap_alloc(size_t n) MUST_USE NEVER_NULL; /* zeroed */
void *heap_realloc(void *p, size_t n) MUST_USE NEVER_NULL;
char *heap_str(const char *s) MUST_USE;

#endif
