// Our own rules, which no compiler knows.  Every match is a fault: tests/long/run prints them.
// spatch --macro-file tests/long/macros.h --sp-file tests/long/rules.cocci FILE...

// An error that is put away is looked at before another takes its place...
@joined@
local idexpression struct err *e;
position q;
@@
 e@q = <+... e ...+>

@overwritten exists@
local idexpression struct err *e;
expression f, g;
position p, q != joined.q;
@@
 e@p = f(...)
 ... when != e
 e@q = g(...)

@script:python@
p << overwritten.p;
@@
print("%s:%s: an error is overwritten before it was looked at" % (p[0].file, p[0].line))

// ... and before the function ends.
@told@
local idexpression struct err *e;
position q;
@@
 return@q <+... e ...+>;

@lost exists@
local idexpression struct err *e;
expression f, r;
position p, q != told.q;
@@
 e@p = f(...)
 ... when != e
 return@q r;

@script:python@
p << lost.p;
@@
print("%s:%s: an error is lost" % (p[0].file, p[0].line))

// What lives in an arena goes with it.
@arena exists@
local idexpression x;
expression y;
position p;
@@
 x = \(mem_alloc\|mem_array\|mem_str\|mem_strn\|mem_copy\|mem_printf\|mem_vprintf\|row_new\|row_copy\|buf_copy\)(...)
 ... when != x = y
 \(free@p(x)\|heap_realloc@p(x, ...)\)

@script:python@
p << arena.p;
@@
print("%s:%s: arena memory is freed singly" % (p[0].file, p[0].line))
