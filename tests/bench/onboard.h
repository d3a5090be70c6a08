/* On-boards FOLDER/NAME.csar at the orchestrator that served.h has started; returns when it is
 * ONBOARDED, ends the bench otherwise. */
#ifndef CARRICK_TESTS_BENCH_ONBOARD_H
#define CARRICK_TESTS_BENCH_ONBOARD_H

void onboard_package(const char *folder, const char *name);
void onboard_service(const char *folder, const char *name);

#endif
