# The signed packages of ONAP's validator: none is taken unverified.
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$a := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$a/package_content  as demo
> Content-Type: application/zip
@sample sol004-csar/pnf/signed-package-valid-signature.zip
= 202
GET /vnfpkgm/v2/vnf_packages/$a  as demo
~ 200
{"onboardingState": "ERROR", "onboardingFailureDetails": {"title": "SignatureNotTrusted: nobody who is trusted here vouches for who signed", ...}, ...}
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$b := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$b/package_content  as demo
> Content-Type: application/zip
@sample sol004-csar/pnf/signed-package-invalid-signature.zip
= 202
GET /vnfpkgm/v2/vnf_packages/$b  as demo
~ 200
{"onboardingState": "ERROR", "onboardingFailureDetails": {"title": "SignatureInvalid: a signature is not of what the package holds", ...}, ...}
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$c := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$c/package_content  as demo
> Content-Type: application/zip
@sample sol004-csar/pnf/r787965/signature-and-certificate.zip
= 202
GET /vnfpkgm/v2/vnf_packages/$c  as demo
~ 200
{"onboardingState": "ERROR", "onboardingFailureDetails": {"title": "SignatureNotTrusted: nobody who is trusted here vouches for who signed", ...}, ...}
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$d := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$d/package_content  as demo
> Content-Type: application/zip
@sample sol004-csar/pnf/r130206/csar-cert-in-cms-and-root.csar
= 202
GET /vnfpkgm/v2/vnf_packages/$d  as demo
~ 200
{"onboardingState": "ERROR", "onboardingFailureDetails": {"title": "SignatureInvalid: a signature is not of what the package holds", ...}, ...}
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$e := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$e/package_content  as demo
> Content-Type: application/zip
@sample sol004-csar/pnf/r130206/csar-no-cms-with-signature-of-individual-artifact.csar
= 202
GET /vnfpkgm/v2/vnf_packages/$e  as demo
~ 200
{"onboardingState": "ERROR", "onboardingFailureDetails": {"title": "SignatureNotVerified: a signature of the package is missing, or cannot be verified", ...}, ...}
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$f := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$f/package_content  as demo
> Content-Type: application/zip
@sample sol004-csar/pnf/r01123/csar-option2-valid-with-cms.zip
= 202
GET /vnfpkgm/v2/vnf_packages/$f  as demo
~ 200
{"onboardingState": "ERROR", "onboardingFailureDetails": {"title": "SignatureNotVerified: a signature of the package is missing, or cannot be verified", ...}, ...}
