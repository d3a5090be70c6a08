/* The version of a program that is one, or several, minor versions ahead. */
#include "base/version.h"

const char carrick_version[] = NEXT_VERSION;
