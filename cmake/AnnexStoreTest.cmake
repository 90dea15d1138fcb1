# annex_add_store_test(NAME SOURCES ... [LINK ...]): a ctest test of a store of one's own. The sources
# hold a `main` that returns `annex::testing::store_suite_main(...)`; LINK names what holds the store.
function(annex_add_store_test name)
  cmake_parse_arguments(TEST "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE annex::testing ${TEST_LINK})
  add_test(NAME ${name} COMMAND ${name})
  # A store that calls back under its lock would hang for ever.
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()
