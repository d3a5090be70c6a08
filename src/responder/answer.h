/* A frame in, a frame out. */
#ifndef CARRICK_RESPONDER_ANSWER_H
#define CARRICK_RESPONDER_ANSWER_H

#include "responder/frame.h"
#include "responder/guests.h"

/* The answer to 'frame' of 'n' bytes, written to 'out' (FRAME_SIZE bytes); its
 * length, 0 = none is due: no question, nobody's, or not to be answered. */
size_t frame_answer(const struct guests *guests, const uint8_t *frame, size_t n, uint8_t *out);

#endif
