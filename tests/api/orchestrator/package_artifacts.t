# What a package holds besides images and VNFD, got together (SOL005 9.4.5a, SOL003 10.4.5a), and parts of it with
# what proves them.  A zip stores what it holds as it is, so its length tells what is in it.
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$pkg := id", ...}
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts  as demo
= 409
{"detail": "$pkg is not ONBOARDED but CREATED", ...}
PUT /vnfpkgm/v2/vnf_packages/$pkg/package_content  as demo
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: Definitions/vnfd.yaml
ETSI-Entry-Manifest: vnfd.mf
ETSI-Entry-Change-Log: ChangeLog.txt
ETSI-Entry-Licenses: Licenses
@file vnfd.mf
metadata:
  vnf_product_name: n
  vnf_provider_id: p
  vnf_package_version: 1.0
  vnf_release_date_time: 2025-01-01T00:00:00Z
Source: Definitions/vnfd.yaml
Source: Definitions/types.yaml
Source: image
Source: ChangeLog.txt
Algorithm: SHA-256
Hash: 2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806
Source: Licenses/free.txt
Algorithm: SHA-256
Hash: 2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806
Source: Files/a
Algorithm: SHA-256
Hash: 2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806
Source: Files/b
Algorithm: SHA-256
Hash: 2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806
Source: https://example.org/far
non_mano_artifact_sets:
  onap_cfg:
    Source: Files/a
  prv.acme:
    Source: Files/b
@file Definitions/vnfd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_vnfd_types.yaml, types.yaml ]
topology_template:
  node_templates:
    vnf:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: artful, descriptor_version: '1', provider: p, product_name: n,
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
          file: ../image
          properties: { name: web, version: '1', container_format: docker, disk_format: raw,
            min_disk: 0 B, size: 2 B, checksum: { algorithm: sha-256,
            hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac } }
@file Definitions/types.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
@file image
x
@file ChangeLog.txt
one
@file Licenses/free.txt
one
@file Files/a
one
@file Files/b
one
= 202
GET /vnfpkgm/v2/vnf_packages/$pkg  as demo
~ 200
{"onboardingState": "ONBOARDED", ...}

# What is told of them: no images, nothing of the VNFD; nothing that is elsewhere and of
# which the manifest has no digest: it is not got.
GET /vnfpkgm/v2/vnf_packages/$pkg  as demo
= 200
{"additionalArtifacts": [
 {"artifactPath": "ChangeLog.txt", "checksum": {"algorithm": "SHA-256", "hash": "$one := text"}, "isEncrypted": false, "artifactClassification": "HISTORY"},
 {"artifactPath": "Files/a", "checksum": {"algorithm": "SHA-256", "hash": "$one"}, "isEncrypted": false, "nonManoArtifactSetId": "onap_cfg"},
 {"artifactPath": "Files/b", "checksum": {"algorithm": "SHA-256", "hash": "$one"}, "isEncrypted": false, "nonManoArtifactSetId": "prv.acme"},
 {"artifactPath": "Licenses/free.txt", "checksum": {"algorithm": "SHA-256", "hash": "$one"}, "isEncrypted": false, "artifactClassification": "LICENSE"}], ...}

# All of them, then fewer: a file takes its 4 bytes, 76 and twice its name.
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts  as demo
= 200
< Content-Type: application/zip
< Accept-Ranges: bytes
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts  as reader
> Range: bytes=0-3
= 206
< Content-Range: bytes 0-3/430
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts?exclude_all_non_mano_artifacts  as demo
> Range: bytes=0-3
= 206
< Content-Range: bytes 0-3/242
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts?exclude_all_mano_artifacts  as demo
> Range: bytes=0-3
= 206
< Content-Range: bytes 0-3/210
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts?exclude_all_mano_artifacts&exclude_all_non_mano_artifacts  as demo
> Range: bytes=0-3
= 206
< Content-Range: bytes 0-3/22
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts?select_non_mano_artifact_sets=onap_cfg  as demo
> Range: bytes=0-3
= 206
< Content-Range: bytes 0-3/336
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts?exclude_all_mano_artifacts&select_non_mano_artifact_sets=prv.acme,onap_cfg,other  as demo
> Range: bytes=0-3
= 206
< Content-Range: bytes 0-3/210
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts?include_signatures&include_external_artifacts  as demo
> Range: bytes=400-
= 206
< Content-Range: bytes 400-429/430
GET /vnfpkgm/v2/onboarded_vnf_packages/artful/artifacts?exclude_all_mano_artifacts  as demo
> Range: bytes=0-3
= 206
< Content-Range: bytes 0-3/210
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts  as demo
> Range: bytes=430-
= 416
< Content-Range: bytes */430

# All that is wrong with a request is told; flags have no value.
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts?include_signatures=yes&exclude_all_mano_artifacts=1  as demo
= 400
{"detail": "include_signatures is a flag: it has no value; exclude_all_mano_artifacts is a flag: it has no value", ...}
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts?exclude_all_non_mano_artifacts&select_non_mano_artifact_sets=a  as demo
= 400
{"detail": "exclude_all_non_mano_artifacts and select_non_mano_artifact_sets cannot both be meant: give one of them", ...}
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts  as demo
> Accept: text/plain
= 406
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts  as alice
= 404
GET /vnfpkgm/v2/onboarded_vnf_packages/artful/artifacts  as alice
= 404
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts  as nobody
= 401
GET /vnfpkgm/v1/vnf_packages/$pkg/artifacts  as demo
= 404

# One of them, and a range of it.
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts/Files/a  as demo
> Range: bytes=1-2
= 206
< Content-Range: bytes 1-2/4
< Content-Type: application/octet-stream
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts/Files/a?include_signatures  as demo
> Range: bytes=0-3
= 206
< Content-Type: application/zip
< Content-Range: bytes 0-3/116
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts/Files/c?include_signatures  as demo
= 404
{"detail": "package: the package has no Files/c", ...}
GET /vnfpkgm/v2/vnf_packages/$pkg/artifacts/Files/a?include_signatures  as demo
> Accept: application/octet-stream
= 406
{"detail": "what comes with its signatures is application/zip", ...}

# The manifest, and the VNFD with all that it imports and TOSCA.meta, are a zip where that is asked for.
GET /vnfpkgm/v2/vnf_packages/$pkg/manifest?include_signatures  as demo
= 200
< Content-Type: application/zip
GET /vnfpkgm/v2/vnf_packages/$pkg/vnfd  as demo
> Accept: application/zip
= 200
< Content-Type: application/zip
< Content-Length: 1712
GET /vnfpkgm/v2/vnf_packages/$pkg/vnfd?include_signatures  as demo
= 200
< Content-Type: application/zip
GET /vnfpkgm/v2/vnf_packages/$pkg/vnfd  as demo
= 200
< Content-Type: text/plain
GET /vnfpkgm/v1/vnf_packages/$pkg/vnfd?include_signatures  as demo
= 200
< Content-Type: text/plain
