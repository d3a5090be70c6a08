/* Signatures and certificates out of any bytes: nobody who is trusted made them, so no answer is
 * that they hold. */
#include "fuzz.h"

#include "tosca/signature.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    AUTO(mem) mem = mem_new("fuzz");
    const char *text = n ? (const char *)data : "", *signers = NULL;
    struct package_trust trust = {.name = "trusted"};
    struct signature *s;
    struct err *e;

    e = signature_open(mem, "signature", text, n, &s);
    if (!e) {
        trust.pem = text;
        trust.n = n;
        err_free(signature_certificates(s, "certificates", text, n));
        e = signature_feed(s, "what it is over", 15);
        MUST(!e);
        e = signature_end(s, n % 2 ? &trust : NULL, &signers, NULL);
    }
    MUST(e);
    err_free(e);
    return 0;
}
