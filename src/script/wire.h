/* Inside of script: what parent and child say to each other.  The parent: a JSON object on standard
 * input.  The child: a byte for what follows, four for its length (lowest first), and so many bytes. */
#ifndef CARRICK_SCRIPT_WIRE_H
#define CARRICK_SCRIPT_WIRE_H

#include "base/net.h"

#include <sys/socket.h>

enum script_word {
    SCRIPT_HOST_KEY = 'K', /* the server's; once */
    SCRIPT_BEGINS = 'B',   /* from here on the script may run; once */
    SCRIPT_OUT = 'O',      /* a piece of standard output */
    SCRIPT_ERR = 'E',      /* a piece of standard error */
    SCRIPT_ENDED = 'X',    /* its status in decimal digits, "-1" = none; the last word */
    SCRIPT_AWAY = 'A',     /* nobody let us in, and why; the last word */
    SCRIPT_OTHER = 'H',    /* another host key, and which; the last word */
    SCRIPT_FAULT = 'F',    /* anything else; the last word */
};
#define SCRIPT_HEAD 5
#define SCRIPT_PIECE_MAX (16u << 10)
#define SCRIPT_REQUEST_MAX (1u << 20)

/* Where a server is, as connect() wants it. */
socklen_t script_address(const struct ip *ip, uint16_t port, struct sockaddr_storage *to);

#endif
