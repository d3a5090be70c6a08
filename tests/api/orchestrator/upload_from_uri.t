# Packages that the orchestrator gets from where they are (SOL005 9.4.6): here from itself, for another project.
include pair v2
GET /vnfpkgm/v2/vnf_packages  as demo
= 200
[{"id": "$there := id", "vnfdId": "$vnfd := text", ...}]
GET identity:/v3/projects?name=demo  as admin
= 200
{"projects": [{"id": "$demo := hex", ...}], ...}
GET identity:/v3/roles?name=reader  as admin
= 200
{"roles": [{"id": "$reader := hex", ...}], ...}
POST identity:/v3/users  as admin
{"user": {"name": "store", "password": "secret", "default_project_id": "$demo"}}
= 201
{"user": {"id": "$store := hex", ...}}
PUT identity:/v3/projects/$demo/users/$store/roles/$reader  as admin
= 204
POST /vnfpkgm/v2/vnf_packages  as alice
{}
= 201
{"id": "$mine := id", ...}

# The form, what is missing, whose package it is.
POST /vnfpkgm/v2/vnf_packages/$mine/package_content/upload_from_uri  as alice
{"addressInformation": "ftp://$host/x", "authType": "OTHER", "colour": 1}
= 400
POST /vnfpkgm/v2/vnf_packages/$mine/package_content/upload_from_uri  as alice
{"addressInformation": "http://user@$host/x"}
= 400
POST /vnfpkgm/v2/vnf_packages/$mine/package_content/upload_from_uri  as alice
{}
= 400
POST /vnfpkgm/v2/vnf_packages/$mine/package_content/upload_from_uri  as alice
{"addressInformation": "http://$host/x", "userName": "demo", "password": "demo"}
= 400
POST /vnfpkgm/v2/vnf_packages/$mine/package_content/upload_from_uri  as alice
{"addressInformation": "http://$host/x", "authType": "OAUTH2_CLIENT_CREDENTIALS"}
= 422
{"status": 422, "detail": "authType and paramsOauth2ClientCredentials are given together or not at all", ...}
POST /vnfpkgm/v2/vnf_packages/$mine/package_content/upload_from_uri  as demo
{"addressInformation": "http://$host/x"}
= 404
POST /vnfpkgm/v2/vnf_packages/$mine/package_content/upload_from_uri  as reader
{"addressInformation": "http://$host/x"}
= 403

# What it cannot be got from: nobody is asked who may not be called, and of an answer its status is told.
POST /vnfpkgm/v2/vnf_packages/$mine/package_content/upload_from_uri  as alice
{"addressInformation": "http://127.0.0.2:1/x"}
= 202
GET /vnfpkgm/v2/vnf_packages/$mine  as alice
~ 200
{"onboardingState": "ERROR", "onboardingFailureDetails": {"title": "The package could not be got", "status": 403, "detail": "GET http://127.0.0.2:1/x: its address may not be called"}, ...}
POST /vnfpkgm/v2/vnf_packages/$mine/package_content/upload_from_uri  as alice
{"addressInformation": "http://$host/vnfpkgm/v2/vnf_packages/$there/package_content"}
= 202
GET /vnfpkgm/v2/vnf_packages/$mine  as alice
~ 200
{"onboardingState": "ERROR", "onboardingFailureDetails": {"status": 502, "detail": "GET http://$host/vnfpkgm/v2/vnf_packages/$there/package_content answered 401", ...}, ...}
POST /vnfpkgm/v2/vnf_packages/$mine/package_content/upload_from_uri  as alice
{"addressInformation": "http://$host/vnfpkgm/v2/vnf_packages/$there/package_content", "authType": "OAUTH2_CLIENT_CREDENTIALS", "paramsOauth2ClientCredentials": {"clientId": "store", "clientPassword": "wrong", "tokenEndpoint": "http://$host/oauth2/token"}}
= 202
GET /vnfpkgm/v2/vnf_packages/$mine  as alice
~ 200
{"onboardingState": "ERROR", "onboardingFailureDetails": {"detail": "$ := text", ...}, ...}

# With a token, as a client of OAuth 2.0; then it is a package as any other.
POST /vnfpkgm/v2/vnf_packages/$mine/package_content/upload_from_uri  as alice
{"addressInformation": "http://$host/vnfpkgm/v2/vnf_packages/$there/package_content", "authType": "OAUTH2_CLIENT_CREDENTIALS", "paramsOauth2ClientCredentials": {"clientId": "store", "clientPassword": "secret", "tokenEndpoint": "http://$host/oauth2/token"}}
= 202
GET /vnfpkgm/v2/vnf_packages/$mine  as alice
~ 200
{"onboardingState": "ONBOARDED", "vnfdId": "$vnfd", ...}
POST /vnfpkgm/v2/vnf_packages/$mine/package_content/upload_from_uri  as alice
{"addressInformation": "http://$host/vnfpkgm/v2/vnf_packages/$there/package_content"}
= 409
PATCH /vnfpkgm/v2/vnf_packages/$mine  as alice
{"operationalState": "DISABLED"}
= 200
DELETE /vnfpkgm/v2/vnf_packages/$mine  as alice
= 204

# Version 1: with user and password.
POST /vnfpkgm/v1/vnf_packages  as alice
> Version: 1.2.0
{}
= 201
{"id": "$old := id", ...}
POST /vnfpkgm/v1/vnf_packages/$old/package_content/upload_from_uri  as alice
> Version: 1.2.0
{"addressInformation": "http://$host/vnfpkgm/v2/vnf_packages/$there/package_content", "userName": "demo"}
= 422
POST /vnfpkgm/v1/vnf_packages/$old/package_content/upload_from_uri  as alice
> Version: 1.2.0
{"addressInformation": "http://$host/vnfpkgm/v2/vnf_packages/$there/package_content", "userName": "store", "password": "secret"}
= 202
GET /vnfpkgm/v2/vnf_packages/$old  as alice
~ 200
{"onboardingState": "ONBOARDED", "vnfdId": "$vnfd", ...}
