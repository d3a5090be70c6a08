/* What coccinelle has to know of our macros to parse the functions that use them. */
#define AUTO(type) struct type *
#define AUTO_BUF struct buf
#define AUTO_FD int
#define VEC(type) struct vec_of_any
#define MEM_NEW(mem, type) mem_alloc(mem, sizeof(type))
#define MEM_ARRAY(mem, n, type) mem_array(mem, n, sizeof(type))
#define vec_each(vec, it) for (; it;)
#define map_each(map, it) for (; it;)
#define json_each(json, i) for (; i;)
#define yaml_each(node, i) for (; i;)
#define PRINTF_LIKE(fmt, args)
#define MUST_USE
#define NEVER_NULL
#define AUTO_SELECT struct select
