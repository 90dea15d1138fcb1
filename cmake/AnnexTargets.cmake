# annex_layer(NAME SOURCES ... [LINK ...]): an object library for one layer, joined into annex::annex.
# annex_component(NAME SOURCES ... [LINK ...]): the library annex::NAME, which users link if they want it.
# annex_program(NAME SOURCES ...): a server program of this tree; how an example is built.
# annex_test(LAYER SOURCES ... [LINK ...]): one Catch2 program for a layer's tests, run by ctest.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# The flags of every translation unit of ours; users of the library get none of them.
add_library(annex_flags INTERFACE)
target_compile_options(annex_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                                             -fstack-protector-strong -fstack-clash-protection)
# Nobody who links the archive into a library of theirs shows annex's symbols. The shared library
# shows what cmake/annex.map names.
if(NOT BUILD_SHARED_LIBS)
  target_compile_options(annex_flags INTERFACE -fvisibility=hidden -fvisibility-inlines-hidden)
endif()
if(ANNEX_WERROR)
  target_compile_options(annex_flags INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(annex_flags INTERFACE -Wthread-safety)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  if(NOT CMAKE_BUILD_TYPE STREQUAL Debug OR ANNEX_SANITIZE)
    # What g++ 12 reports of its own <regex> and <string> when it optimises is not so.
    target_compile_options(annex_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict
                                                 -Wno-stringop-overflow)
  endif()
endif()
if(ANNEX_SANITIZE)
  target_compile_options(annex_flags INTERFACE -fsanitize=${ANNEX_SANITIZE}
                                               -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(annex_flags INTERFACE -fsanitize=${ANNEX_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL Release)
  target_compile_options(annex_flags INTERFACE -ffunction-sections -fdata-sections)
  target_compile_definitions(annex_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
add_link_options(-Wl,-z,relro,-z,now -Wl,--as-needed)

function(annex_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;LINK" ${ARGN})
  add_library(annex_${name} OBJECT ${LAYER_SOURCES})
  target_include_directories(annex_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                           PRIVATE ${PROJECT_SOURCE_DIR}/lib)
  target_link_libraries(annex_${name} PRIVATE $<BUILD_INTERFACE:annex_flags> ${LAYER_LINK})
  set_property(GLOBAL APPEND PROPERTY ANNEX_LAYERS annex_${name})
  set_property(GLOBAL APPEND PROPERTY ANNEX_LINK ${LAYER_LINK})
endfunction()

function(annex_component name)
  cmake_parse_arguments(COMPONENT "" "" "SOURCES;LINK" ${ARGN})
  add_library(annex_${name} ${COMPONENT_SOURCES})
  add_library(annex::${name} ALIAS annex_${name})
  target_include_directories(annex_${name} PRIVATE ${PROJECT_SOURCE_DIR}/lib)
  target_link_libraries(annex_${name} PUBLIC annex PRIVATE $<BUILD_INTERFACE:annex_flags>
                                                           ${COMPONENT_LINK})
  annex_library_properties(annex_${name})
  # Who links only the component finds annex's library beside it.
  set_target_properties(annex_${name} PROPERTIES EXPORT_NAME ${name} INSTALL_RPATH "$ORIGIN")
  set_property(GLOBAL APPEND PROPERTY ANNEX_COMPONENTS ${name})
endfunction()

# What the shared form of each of our libraries is called and shows.
function(annex_library_properties target)
  set_target_properties(${target} PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  if(BUILD_SHARED_LIBS)
    target_link_options(${target} PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/annex.map
                                          -Wl,--no-undefined)
  endif()
endfunction()

function(annex_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  target_link_libraries(${name} PRIVATE annex_flags annex::annex ${PROGRAM_LINK})
  target_link_options(${name} PRIVATE -Wl,--gc-sections)
  if(ANNEX_STATIC_RUNTIME AND NOT ANNEX_SANITIZE)
    target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endfunction()

function(annex_test layer)
  cmake_parse_arguments(TEST "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${layer}_test ${TEST_SOURCES})
  target_include_directories(${layer}_test PRIVATE ${PROJECT_SOURCE_DIR}/lib
                                                   ${PROJECT_SOURCE_DIR})
  target_link_libraries(${layer}_test PRIVATE annex_flags annex_test_main annex ${TEST_LINK})
  add_test(NAME ${layer} COMMAND ${layer}_test --order rand --rng-seed time)
  set_tests_properties(${layer} PROPERTIES LABELS unit TIMEOUT 300)
endfunction()
