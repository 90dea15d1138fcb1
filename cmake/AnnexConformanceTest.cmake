# annex_add_conformance_test(NAME SERVER [FLAGS ...]): a ctest test that starts the program of target
# SERVER with these flags and asks it what every Kubernetes client relies on.
function(annex_add_conformance_test name server)
  cmake_parse_arguments(TEST "" "" "FLAGS" ${ARGN})
  if(NOT TARGET annex_conformance)
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/annex_conformance.cc @ONLY CONTENT
"#include <annex/testing/conformance.h>
int main(int argc, char** argv) { return annex::testing::conformance_main(argc, argv); }
")
    add_executable(annex_conformance ${CMAKE_CURRENT_BINARY_DIR}/annex_conformance.cc)
    target_link_libraries(annex_conformance PRIVATE annex::testing)
  endif()
  add_test(NAME ${name} COMMAND annex_conformance $<TARGET_FILE:${server}> ${TEST_FLAGS})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()
