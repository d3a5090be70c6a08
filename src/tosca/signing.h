/* Which parts of a package are signed, and whether that holds: SOL004 5.1 to 5.3. */
#ifndef CARRICK_TOSCA_SIGNING_H
#define CARRICK_TOSCA_SIGNING_H

#include "tosca/archive.h"
#include "tosca/manifest.h"

/* Is it the name of a file that holds a signature? */
bool signing_is_signature(const char *name);

/* Option 1 and signatures of single artifacts: checks all that the package has, and says in 'pkg'
 * who signed it.  All faults, joined, as signature_end; besides E_INVALID "SignatureNotVerified" for
 * a signature that is not there or of which nothing says what it is over.  'manifest' may be null. */
struct err *signing_check(struct package *pkg, const struct manifest *manifest,
                          const struct package_trust *trust) MUST_USE;

/* The file of 'pkg' that one called 'name' is a signature of by that name, or null.  '*certificate' is what a
 * certificate for it would be called. */
const struct package_file *signing_of(const struct package *pkg, const char *name,
                                      const char **certificate);

/* Certificates and signatures that a signed manifest does not list with a digest are these and
 * nothing else: they go from the files of 'pkg' to its proofs. */
void signing_hide(struct package *pkg, const struct manifest *manifest);

/* Option 2: 'inner' of a zip is the package; every signature beside it there. */
struct err *signing_check_outer(struct package *pkg, struct package_archive *outer,
                                const struct package_file *inner,
                                const struct package_trust *trust) MUST_USE;

#endif
