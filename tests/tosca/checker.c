/* The checker alone, so that the verdict table can be tested where the rest of
 * the program is not built. */
#include "tosca/check.h"

int
main(int argc, char **argv)
{
    return package_check_main(argc, argv);
}
