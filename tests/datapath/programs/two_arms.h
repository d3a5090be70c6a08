/* How the test functions that are programs forward: frames of two interfaces, each
 * looked at and handed to the other. */
#ifndef CARRICK_TESTS_TWO_ARMS_H
#define CARRICK_TESTS_TWO_ARMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TWO_ARMS_FRAME_MAX 65600

/* 'frame' came in by arm 'from' (0 or 1); it may be changed up to TWO_ARMS_FRAME_MAX bytes.
 * False: it goes nowhere. */
typedef bool two_arms_fn(void *arg, int from, uint8_t *frame, size_t *n);

/* Forwards between 'eth0' and 'eth1' for ever; returns where that fails (said on stderr).  With
 * 'offloads' frames are as the kernel has them (segments larger than the MTU, checksums not
 * yet made) and must not be changed. */
int two_arms_run(bool offloads, two_arms_fn *fn, void *arg);

#endif
