/* Included last in files that hold flow functions: a flow is replayed, so that
 * whatever differs from one run to the next has to come through a step. */
#ifndef CARRICK_FLOW_POISON_H
#define CARRICK_FLOW_POISON_H

#pragma GCC poison time_now_us time_mono_ns clock_gettime gettimeofday localtime gmtime
#pragma GCC poison uuid_new uuid_make uuid_make_hex mac_random random_bytes rand getrandom
#pragma GCC poison openat fopen recvmsg sendmsg socket getenv
#pragma GCC poison file_read file_write dir_make dir_remove file_exists
#pragma GCC poison store_write store_write_wait store_read http_call http_fetch

#endif
