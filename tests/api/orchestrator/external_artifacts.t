# Artifacts that a package has elsewhere (SOL005 9.4.4a, 9.5.2.10): here the orchestrator has them itself, in a package of
# another project.  Their own addresses may not be called, so nothing leaves this host.
include pair v2
GET /vnfpkgm/v2/vnf_packages  as demo
= 200
[{"id": "$there := id", ...}]
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
GET /vnfpkgm/v2/vnf_packages/$mine/ext_artifacts_access  as alice
= 200
{"artifact": []}
PUT /vnfpkgm/v2/vnf_packages/$mine/package_content  as alice
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: vnfd.yaml
ETSI-Entry-Manifest: vnfd.mf
@file vnfd.mf
metadata:
  vnf_product_name: n
  vnf_provider_id: p
  vnf_package_version: 1.0
  vnf_release_date_time: 2025-01-01T00:00:00Z
Source: vnfd.yaml
Source: external/taken
Source: http://127.0.0.2:1/far/x.img
Algorithm: SHA-512
Hash: 45843648ecf9da8e513286f136e3f271e7d6dee4d29b947a50dde8c61f3e197694c13bcdc279ce459839757cd8de19c11b23b33565384a97afcf360483578cd4
Source: http://127.0.0.2:1/docs/m%40ster.sh?key=hidden
Algorithm: SHA-256
Hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac
non_mano_artifact_sets:
  prv.acme:
    Source: http://127.0.0.2:1/docs/m%40ster.sh?key=hidden
@file external/taken
x
@file vnfd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_vnfd_types.yaml ]
repositories: { shop: { url: 'http://127.0.0.2:1/far' } }
topology_template:
  node_templates:
    vnf:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: far, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,
        flavour_description: d }
    vdu:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: vdu, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 1 },
        virtual_memory: { virtual_mem_size: 64 MiB } } } }
      artifacts:
        image:
          type: tosca.artifacts.nfv.SwImage
          file: x.img
          repository: shop
          properties: { name: web, version: '1', container_format: docker, disk_format: raw,
            min_disk: 0 B, size: 2 B, checksum: { algorithm: sha-256,
            hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac } }
= 202

# Nobody is asked who may not be called.  All that could not be got is told, and no word of what may be a key.
GET /vnfpkgm/v2/vnf_packages/$mine  as alice
~ 200
{"onboardingState": "ERROR", "onboardingFailureDetails": {"title": "ArtifactNotFetched: an artifact outside of the package could not be got", "status": 403, "detail": "http://127.0.0.2:1/far/x.img: GET http://127.0.0.2:1/far/x.img: its address may not be called; http://127.0.0.2:1/docs/m%40ster.sh: GET http://127.0.0.2:1/docs/m%40ster.sh: its address may not be called"}, ...}

# Whose package it is, the form, what contradicts itself, which revision.
GET /vnfpkgm/v2/vnf_packages/$mine/ext_artifacts_access  as demo
= 404
PUT /vnfpkgm/v2/vnf_packages/$mine/ext_artifacts_access  as demo
{"artifact": []}
= 404
PUT /vnfpkgm/v2/vnf_packages/$mine/ext_artifacts_access  as reader
{"artifact": []}
= 403
PUT /vnfpkgm/v2/vnf_packages/$mine/ext_artifacts_access  as alice
{"artifact": [{"artifactUri": "no uri"}, {"overrideUri": "ftp://x/y"}, {"artifactUri": "http://a/b", "authType": "OTHER", "colour": 1}]}
= 400
PUT /vnfpkgm/v2/vnf_packages/$mine/ext_artifacts_access  as alice
{"artifact": [{"artifactUri": "http://a/b"}, {"artifactUri": "http://a/b", "authType": "OAUTH2_CLIENT_CREDENTIALS"}]}
= 422
{"detail": "artifact[1]: artifactUri http://a/b is that of artifact[0]; artifact[1]: authType and paramsOauth2ClientCredentials are given together or not at all", ...}
PUT /vnfpkgm/v2/vnf_packages/$mine/ext_artifacts_access  as alice
> If-Match: "9999"
{"artifact": []}
= 412
PUT /vnfpkgm/v1/vnf_packages/$mine/ext_artifacts_access  as alice
> Version: 1.2.0
{"artifact": []}
= 404

# Without credentials; then what is something else.
PUT /vnfpkgm/v2/vnf_packages/$mine/ext_artifacts_access  as alice
{"artifact": [
 {"artifactUri": "http://127.0.0.2:1/far/x.img", "overrideUri": "http://$host/vnfpkgm/v2/vnf_packages/$there/artifacts/image"},
 {"artifactUri": "http://127.0.0.2:1/docs/m%40ster.sh?key=hidden", "overrideUri": "http://$host/vnfpkgm/v2/vnf_packages/$there/artifacts/vnfd.mf", "authType": "OAUTH2_CLIENT_CREDENTIALS", "paramsOauth2ClientCredentials": {"clientId": "store", "clientPassword": "secret", "tokenEndpoint": "http://$host/oauth2/token"}}]}
= 202
GET /vnfpkgm/v2/vnf_packages/$mine  as alice
~ 200
{"onboardingState": "ERROR", "onboardingFailureDetails": {"status": 502, "detail": "http://127.0.0.2:1/far/x.img: GET http://$host/vnfpkgm/v2/vnf_packages/$there/artifacts/image answered 401; http://127.0.0.2:1/docs/m%40ster.sh: what came is not what its SHA256 digest says", ...}, ...}
GET /vnfpkgm/v2/vnf_packages/$mine/ext_artifacts_access  as alice
= 200
{"artifact": [
 {"artifactUri": "http://127.0.0.2:1/far/x.img", "overrideUri": "http://$host/vnfpkgm/v2/vnf_packages/$there/artifacts/image"},
 {"artifactUri": "http://127.0.0.2:1/docs/m%40ster.sh?key=hidden", "overrideUri": "http://$host/vnfpkgm/v2/vnf_packages/$there/artifacts/vnfd.mf", "authType": "OAUTH2_CLIENT_CREDENTIALS"}]}

# Right: the package is as any other.
PUT /vnfpkgm/v2/vnf_packages/$mine/ext_artifacts_access  as alice
{"artifact": [
 {"artifactUri": "http://127.0.0.2:1/far/x.img", "overrideUri": "http://$host/vnfpkgm/v2/vnf_packages/$there/artifacts/image", "authType": "OAUTH2_CLIENT_CREDENTIALS", "paramsOauth2ClientCredentials": {"clientId": "store", "clientPassword": "secret", "tokenEndpoint": "http://$host/oauth2/token"}},
 {"artifactUri": "http://127.0.0.2:1/docs/m%40ster.sh?key=hidden", "overrideUri": "http://$host/vnfpkgm/v2/vnf_packages/$there/artifacts/image", "authType": "OAUTH2_CLIENT_CREDENTIALS", "paramsOauth2ClientCredentials": {"clientId": "store", "clientPassword": "secret", "tokenEndpoint": "http://$host/oauth2/token"}}]}
= 202
GET /vnfpkgm/v2/vnf_packages/$mine  as alice
~ 200
{"onboardingState": "ONBOARDED", "vnfdId": "far",
 "softwareImages": [{"imagePath": "external_/0/x.img", "imageUri": "http://127.0.0.2:1/far/x.img", ...}],
 "additionalArtifacts": [{"artifactPath": "external_/1/m_40ster.sh", "artifactURI": "http://127.0.0.2:1/docs/m%40ster.sh?key=hidden", "nonManoArtifactSetId": "prv.acme", ...}], ...}
PUT /vnfpkgm/v2/vnf_packages/$mine/ext_artifacts_access  as alice
{"artifact": []}
= 409

# They are given by the names that were made for them, and in a zip where that is asked for.
GET /vnfpkgm/v2/vnf_packages/$mine/artifacts/external_/0/x.img  as alice
> Range: bytes=0-1
= 206
< Content-Range: bytes 0-1/2
GET /vnfpkgm/v2/vnf_packages/$mine/artifacts/external_/1/m_40ster.sh?include_signatures  as alice
> Range: bytes=0-1
= 206
< Content-Type: application/zip
< Content-Range: bytes 0-1/146
GET /vnfpkgm/v2/vnf_packages/$mine/artifacts  as alice
> Range: bytes=0-1
= 206
< Content-Range: bytes 0-1/128
GET /vnfpkgm/v2/vnf_packages/$mine/artifacts?include_external_artifacts  as alice
> Range: bytes=0-1
= 206
< Content-Range: bytes 0-1/252
GET /vnfpkgm/v2/vnf_packages/$mine/artifacts?include_external_artifacts&exclude_all_non_mano_artifacts  as alice
> Range: bytes=0-1
= 206
< Content-Range: bytes 0-1/128
GET /vnfpkgm/v2/vnf_packages/$mine/artifacts?include_external_artifacts&select_non_mano_artifact_sets=other  as alice
> Range: bytes=0-1
= 206
< Content-Range: bytes 0-1/128
GET /vnfpkgm/v2/vnf_packages/$mine/artifacts/external_/0/x.img  as demo
= 404

# The image reaches a site like any other.
POST /carrick/v1/sites  as alice
{"name": "east", "auth_url": "http://$site/v3", "username": "u", "password": "p", "project_name": "p"}
= 201
{"status": "UP", ...}
POST /vnflcm/v2/vnf_instances  as alice
{"vnfdId": "far"}
= 201
{"id": "$vnf := id", ...}
POST /vnflcm/v2/vnf_instances/$vnf/instantiate  as alice
{"flavourId": "f"}
= 202
GET /vnflcm/v2/vnf_lcm_op_occs  as alice
~ 200
[{"operationState": "COMPLETED", ...}]
GET site:/image/v2/images  as alice
= 200
{"images": [{"id": "$image := uuid", "status": "active", ...}], ...}
POST /vnflcm/v2/vnf_instances/$vnf/terminate  as alice
{"terminationType": "FORCEFUL"}
= 202
GET /vnflcm/v2/vnf_lcm_op_occs?filter=(eq,operation,TERMINATE)  as alice
~ 200
[{"operationState": "COMPLETED", ...}]
DELETE /vnflcm/v2/vnf_instances/$vnf  as alice
= 204
PATCH /vnfpkgm/v2/vnf_packages/$mine  as alice
{"operationalState": "DISABLED"}
= 200
DELETE /vnfpkgm/v2/vnf_packages/$mine  as alice
= 204

# What is said before the upload is kept, and shown with what it is of.
POST /vnfpkgm/v2/vnf_packages  as alice
{}
= 201
{"id": "$next := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$next/ext_artifacts_access  as alice
{"artifact": {"artifactUri": "oci://127.0.0.2/far", "overrideUri": "http://127.0.0.2:1/far"}}
= 200
{"artifact": [{"artifactUri": "oci://127.0.0.2/far", "overrideUri": "http://127.0.0.2:1/far"}]}
PUT /vnfpkgm/v2/vnf_packages/$next/ext_artifacts_access  as alice
{"artifact": []}
= 200
{"artifact": []}
DELETE /vnfpkgm/v2/vnf_packages/$next  as alice
= 204
