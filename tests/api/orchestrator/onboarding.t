# Packages are read by a child, and what is wrong with them stands in onboardingFailureDetails
# (SOL005 9.5.2.5) with the place in the package and nothing of our own disk.

# A good one first: descriptor, image, artifacts.
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$good := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$good/package_content  as demo
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: Definitions/vnfd.yaml
ETSI-Entry-Manifest: vnfd.mf
@file vnfd.mf
metadata:
  vnf_product_name: n
  vnf_provider_id: p
  vnf_package_version: 1.0
  vnf_release_date_time: 2025-01-01T00:00:00Z
Source: Definitions/vnfd.yaml
Source: image
@file Definitions/vnfd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_vnfd_types.yaml ]
topology_template:
  node_templates:
    vnf:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: good, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,
        flavour_description: d }
    vdu:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: vdu, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 2 },
        virtual_memory: { virtual_mem_size: 512 MiB } } } }
      artifacts:
        image:
          type: tosca.artifacts.nfv.SwImage
          file: ../image
          properties: { name: web, version: '1', container_format: docker, disk_format: raw,
            min_disk: 0 B, size: 2 B, checksum: { algorithm: sha-256,
            hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac } }
@file image
x
= 202
GET /vnfpkgm/v2/vnf_packages/$good  as demo
~ 200
{"onboardingState": "ONBOARDED", "operationalState": "ENABLED", "vnfdId": "good", "vnfProvider": "p", ...}
GET /vnfpkgm/v2/vnf_packages/$good/artifacts/image  as demo
= 200
< Content-Type: application/octet-stream
GET /vnfpkgm/v2/vnf_packages/$good/artifacts/gone  as demo
= 404
{"status": 404, "detail": "package: the package has no file gone", ...}
GET /vnfpkgm/v2/vnf_packages/$good/manifest  as demo
= 200

# Signed by its manifest (SOL004 5.1, option 1).
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$a := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$a/package_content  as demo
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: Definitions/vnfd.yaml
ETSI-Entry-Manifest: vnfd.mf
@file vnfd.mf
metadata:
  vnf_product_name: n
  vnf_provider_id: p
  vnf_package_version: 1.0
  vnf_release_date_time: 2025-01-01T00:00:00Z
Source: Definitions/vnfd.yaml
Source: image
-----BEGIN CMS-----
MIIC
-----END CMS-----
@file Definitions/vnfd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_vnfd_types.yaml ]
topology_template:
  node_templates:
    vnf:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: a, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,
        flavour_description: d }
    vdu:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: vdu, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 2 },
        virtual_memory: { virtual_mem_size: 512 MiB } } } }
      artifacts:
        image:
          type: tosca.artifacts.nfv.SwImage
          file: ../image
          properties: { name: web, version: '1', container_format: docker, disk_format: raw,
            min_disk: 0 B, size: 2 B, checksum: { algorithm: sha-256,
            hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac } }
@file image
x
= 202
GET /vnfpkgm/v2/vnf_packages/$a  as demo
~ 200
{"onboardingState": "ERROR", "operationalState": "DISABLED", "onboardingFailureDetails": {"title": "SignatureNotVerified: a signature of the package is missing, or cannot be verified", "status": 400, "detail": "vnfd.mf:8: is no CMS signature (RFC 5652 section 5); vnfd.mf:6: Definitions/vnfd.yaml has no digest: the signature of the manifest does not cover it; vnfd.mf: TOSCA-Metadata/TOSCA.meta is not listed: the signature of the manifest does not cover it; vnfd.mf:7: image has no digest: the signature of the manifest does not cover it"}, ...}

# In a zip with its signature (option 2).
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$b := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$b/package_content  as demo
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: Definitions/vnfd.yaml
ETSI-Entry-Manifest: vnfd.mf
@file vnfd.mf
metadata:
  vnf_product_name: n
  vnf_provider_id: p
  vnf_package_version: 1.0
  vnf_release_date_time: 2025-01-01T00:00:00Z
Source: Definitions/vnfd.yaml
Source: image
@file Definitions/vnfd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_vnfd_types.yaml ]
topology_template:
  node_templates:
    vnf:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: b, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,
        flavour_description: d }
    vdu:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: vdu, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 2 },
        virtual_memory: { virtual_mem_size: 512 MiB } } } }
      artifacts:
        image:
          type: tosca.artifacts.nfv.SwImage
          file: ../image
          properties: { name: web, version: '1', container_format: docker, disk_format: raw,
            min_disk: 0 B, size: 2 B, checksum: { algorithm: sha-256,
            hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac } }
@file image
x
@wrap vnf.csar
@file vnf.cms
MIIC
= 202
GET /vnfpkgm/v2/vnf_packages/$b  as demo
~ 200
{"onboardingState": "ERROR", "operationalState": "DISABLED", "onboardingFailureDetails": {"title": "SignatureNotVerified: a signature of the package is missing, or cannot be verified", "status": 400, "detail": "vnf.cms: is no CMS signature (RFC 5652 section 5)"}, ...}

# Option 2 around what is no package: the signature is still what is told first.
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$c := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$c/package_content  as demo
> Content-Type: application/zip
@file vnf.csar
no zip
@file vnf.cms
MIIC
= 202
GET /vnfpkgm/v2/vnf_packages/$c  as demo
~ 200
{"onboardingState": "ERROR", "onboardingFailureDetails": {"title": "SignatureNotVerified: a signature of the package is missing, or cannot be verified", ...}, ...}

# An artifact with a signature of its own (SOL004 5.3).
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$d := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$d/package_content  as demo
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: Definitions/vnfd.yaml
ETSI-Entry-Manifest: vnfd.mf
@file vnfd.mf
metadata:
  vnf_product_name: n
  vnf_provider_id: p
  vnf_package_version: 1.0
  vnf_release_date_time: 2025-01-01T00:00:00Z
Source: Definitions/vnfd.yaml
Source: image
Signature: image.sig.cms
@file Definitions/vnfd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_vnfd_types.yaml ]
topology_template:
  node_templates:
    vnf:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: d, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,
        flavour_description: d }
    vdu:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: vdu, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 2 },
        virtual_memory: { virtual_mem_size: 512 MiB } } } }
      artifacts:
        image:
          type: tosca.artifacts.nfv.SwImage
          file: ../image
          properties: { name: web, version: '1', container_format: docker, disk_format: raw,
            min_disk: 0 B, size: 2 B, checksum: { algorithm: sha-256,
            hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac } }
@file image
x
@file image.sig.cms
MIIC
= 202
GET /vnfpkgm/v2/vnf_packages/$d  as demo
~ 200
{"onboardingState": "ERROR", "operationalState": "DISABLED", "onboardingFailureDetails": {"title": "SignatureNotVerified: a signature of the package is missing, or cannot be verified", "status": 400, "detail": "image.sig.cms: is no CMS signature (RFC 5652 section 5)"}, ...}

# A package that was refused may be uploaded again.
PUT /vnfpkgm/v2/vnf_packages/$d/package_content  as demo
> Content-Type: application/zip
= 400
GET /vnfpkgm/v2/vnf_packages/$d  as demo
= 200
{"id": "$d", "onboardingState": "CREATED", "operationalState": "DISABLED", "usageState": "NOT_IN_USE", "_links": {...}}
PUT /vnfpkgm/v2/vnf_packages/$d/package_content  as demo
> Content-Type: application/zip
@hex 504b0304
= 202
GET /vnfpkgm/v2/vnf_packages/$d  as demo
~ 200
{"onboardingState": "ERROR", "onboardingFailureDetails": {"title": "PackageInvalid: the package breaks a rule of SOL004", "status": 400, "detail": "$ := text"}, ...}

# An image elsewhere is got, or not.  What nothing follows is not read over: rules of security groups.
POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$e := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$e/package_content  as demo
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: Definitions/vnfd.yaml
ETSI-Entry-Manifest: vnfd.mf
@file vnfd.mf
metadata:
  vnf_product_name: n
  vnf_provider_id: p
  vnf_package_version: 1.0
  vnf_release_date_time: 2025-01-01T00:00:00Z
Source: Definitions/vnfd.yaml
Source: image
@file Definitions/vnfd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_vnfd_types.yaml ]
topology_template:
  node_templates:
    vnf:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: e, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,
        flavour_description: d }
    vdu:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: vdu, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 2 },
        virtual_memory: { virtual_mem_size: 512 MiB } } } }
      artifacts:
        image:
          type: tosca.artifacts.nfv.SwImage
          file: 'http://127.0.0.2:1/x'
          properties: { name: web, version: '1', container_format: docker, disk_format: raw,
            min_disk: 0 B, size: 2 B, checksum: { algorithm: sha-256,
            hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac } }
@file image
x
= 202
GET /vnfpkgm/v2/vnf_packages/$e  as demo
~ 200
{"onboardingState": "ERROR", "operationalState": "DISABLED", "onboardingFailureDetails": {"title": "ArtifactNotFetched: an artifact outside of the package could not be got", "status": 403, "detail": "http://127.0.0.2:1/x: GET http://127.0.0.2:1/x: its address may not be called"}, ...}

POST /vnfpkgm/v2/vnf_packages  as demo
{}
= 201
{"id": "$f := id", ...}
PUT /vnfpkgm/v2/vnf_packages/$f/package_content  as demo
> Content-Type: application/zip
@file TOSCA-Metadata/TOSCA.meta
TOSCA-Meta-File-Version: 1.1
CSAR-Version: 1.1
Created-By: tests
Entry-Definitions: Definitions/vnfd.yaml
ETSI-Entry-Manifest: vnfd.mf
@file vnfd.mf
metadata:
  vnf_product_name: n
  vnf_provider_id: p
  vnf_package_version: 1.0
  vnf_release_date_time: 2025-01-01T00:00:00Z
Source: Definitions/vnfd.yaml
Source: image
@file Definitions/vnfd.yaml
tosca_definitions_version: tosca_simple_yaml_1_3
imports: [ etsi_nfv_sol001_vnfd_types.yaml ]
topology_template:
  node_templates:
    vnf:
      type: tosca.nodes.nfv.VNF
      properties: { descriptor_id: f, descriptor_version: '1', provider: p, product_name: n,
        software_version: '1', vnfm_info: [ 'etsivnfm:v2.0.0' ], flavour_id: f,
        flavour_description: d }
    vdu:
      type: tosca.nodes.nfv.Vdu.Compute
      properties: { name: vdu, description: d,
        vdu_profile: { min_number_of_instances: 1, max_number_of_instances: 1 } }
      capabilities: { virtual_compute: { properties: { virtual_cpu: { num_virtual_cpu: 2 },
        virtual_memory: { virtual_mem_size: 512 MiB } } } }
      artifacts:
        image:
          type: tosca.artifacts.nfv.SwImage
          file: ../image
          properties: { name: web, version: '1', container_format: docker, disk_format: raw,
            min_disk: 0 B, size: 2 B, checksum: { algorithm: sha-256,
            hash: 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac } }
    cp: { type: tosca.nodes.nfv.VduCp, properties: { layer_protocols: [ ipv4 ] },
      requirements: [ virtual_binding: vdu ] }
  policies:
    - open: { type: tosca.policies.nfv.SecurityGroupRule, targets: [ cp ] }
@file image
x
= 202
GET /vnfpkgm/v2/vnf_packages/$f  as demo
~ 200
{"onboardingState": "ERROR", "operationalState": "DISABLED", "onboardingFailureDetails": {"title": "FeatureNotSupported: the descriptor asks for what is not supported", "status": 501, "detail": "Definitions/vnfd.yaml:26:13: feature: security group rules (open) is not supported"}, ...}
