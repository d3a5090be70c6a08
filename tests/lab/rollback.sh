# An instantiation that fails where some VNFs are COMPLETED: taken back, given up,
# gone on with once the quota that stopped it is raised.

# limit CLASS N: of the orchestrator's project at west.
limit() { want 200 west PUT "/network/v2.0/quotas/$west_project" "{\"quota\": {\"$1\": $2}}"; }
no_limit() { want 204 west DELETE "/network/v2.0/quotas/$west_project"; }
# vnf_states: the state of each VNF operation of the NS operation.
vnf_states() {
    call orchestrator GET "/vnflcm/v2/vnf_lcm_op_occs?all_fields"
    field "[.[] | select(.vnfInstanceId as \$i | \"$vnfs\" | contains(\$i)) |
        \"\\(.operation) \\(.operationState)\"] | sort | .[]"
}
vnfs_note() {
    call orchestrator GET /vnflcm/v2/vnf_instances
    vnfs=$(field '[.[].id] | join(" ")')
}
ns_state_is() {
    call orchestrator GET "$instances/$ns"
    [ "$(field .nsState)" = "$1" ] || { echo "$answer"; false; }
}
no_vnfs() {
    call orchestrator GET /vnflcm/v2/vnf_instances
    [ "$answer" = '[]' ] || { echo "$answer"; false; }
}
# stops CLASS N: an instantiation that ends FAILED_TEMP for want of CLASS at west.
stops() {
    limit "$1" "$2" && begin instantiate && ends 60 FAILED_TEMP && vnfs_note
}

check "packages are there" ready || return
call west GET /network/v2.0/networks
login west admin "$(password "$dir/west/site")" admin && west_project=$project
keep_state
check "an instance is created" ns_create demo1 || return
for class in port port_chain; do
    check "no $class left at west: FAILED_TEMP" stops $class 0 || return
    check "two or three VNFs are COMPLETED" at_least 2 "$(vnf_states | grep -c 'INSTANTIATE COMPLETED')"
    check "a rollback is begun" task rollback
    check "it ends ROLLED_BACK" ends 60 ROLLED_BACK || return
    same "what was COMPLETED is terminated by operations of its own" \
        "$(vnf_states | grep -c 'INSTANTIATE COMPLETED')" "$(vnf_states | grep -c 'TERMINATE COMPLETED')"
    nothing_left "after the rollback for $class"
    check "the instance is NOT_INSTANTIATED" ns_state_is NOT_INSTANTIATED
    check "no VNF instance is left" no_vnfs

    check "again without $class: FAILED_TEMP" stops $class 0
    check "the limit is lifted" no_limit
    check "a retry is begun" task retry
    check "it ends COMPLETED" ends 60 COMPLETED || return
    whole_service "after the retry for $class"
    check "it is terminated" eval 'begin terminate && ends 60 COMPLETED'
    nothing_left "after the retried one for $class"

    check "a third time without $class: FAILED_TEMP" stops $class 0
    check "it is given up" task fail
    check "it is FAILED" ends 10 FAILED
    check "the limit is lifted" no_limit
    check "what is left can be terminated" eval 'begin terminate && ends 60 COMPLETED'
    nothing_left "after the failed one for $class"
    check "the instance is NOT_INSTANTIATED" ns_state_is NOT_INSTANTIATED
done
check "after all that it is instantiated" eval 'begin instantiate && ends 60 COMPLETED'
whole_service "after all that"
check "and ends" service_down
nothing_left "afterwards"
