/* CMS signatures (RFC 5652) over parts of a package: SOL004 5.1 to 5.3. */
#ifndef CARRICK_TOSCA_SIGNATURE_H
#define CARRICK_TOSCA_SIGNATURE_H

#include "tosca/package.h"

/* A signature that is being checked: opened, given its certificates and all that it is over, and
 * asked in the end. */
struct signature;

/* Parses 'text' (PEM, or DER) of the file or block 'name' (kept, for messages).  It ends with
 * 'mem'.  E_INVALID "SignatureNotVerified": it is no CMS signature apart from what it is over, is
 * larger than 256 KiB, signed by nobody or by more than 8, or has more than 8 digests. */
struct err *signature_open(struct mem *mem, const char *name, const char *text, size_t n,
                           struct signature **signature) MUST_USE;
/* More certificates (PEM, any number of them) of file 'from', for signers and their chains.
 * E_INVALID "SignatureNotVerified" where there is none in it, or they are more than 32 with it. */
struct err *signature_certificates(struct signature *signature, const char *from, const char *pem,
                                   size_t n) MUST_USE;
/* The next piece of what it is over; a package_sink_fn. */
struct err *signature_feed(void *signature, const void *data, size_t n);
/* Is it a signature of all that was fed, and are its signers trusted?  Every signer has to be.
 * '*signers' (may be null) is who signed, in 'mem'; untouched where nobody did.  '*certificate' (may be
 * null) is the certificate of the only one who did, in PEM, wherever it came from; else null.  All
 * faults, joined; E_INVALID
 *   "SignatureNotVerified"  a signer's certificate is missing, a digest is too weak
 *   "SignatureInvalid"      it is of something else
 *   "SignatureNotTrusted"   a certificate's chain does not lead to one that is trusted, has
 *                           expired, is not valid yet or is not for signing */
struct err *signature_end(struct signature *signature, const struct package_trust *trust,
                          const char **signers, const char **certificate) MUST_USE;

#endif
