/* The version, alone in its object: a test's program of another version has one of its own. */
#include "base/version.h"

const char carrick_version[] = CARRICK_VERSION;
