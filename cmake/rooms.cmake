# mooring_room(NAME DEPENDS room… LINK library…): one static library of a room, and one test
# program of its *_test.cpp. Sources are found, so adding a file changes no list.

add_library(mooring_flags INTERFACE)
target_include_directories(mooring_flags INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(mooring_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  $<$<CXX_COMPILER_ID:GNU>:-Werror>  # clang is a second opinion
  -Wno-missing-field-initializers)  # designated initialisers leave out defaults
# At -O2 GCC 12 finds faults of these kinds in its own std::string; -O1 builds keep the warnings.
target_compile_options(mooring_flags INTERFACE
  "$<$<CONFIG:Release>:-Wno-restrict;-Wno-array-bounds>"
  "$<$<CONFIG:Release>:-Wno-stringop-overflow;-Wno-stringop-overread;-Wno-maybe-uninitialized>")
# Sums of leaves are compared bit for bit with the libraries that trained them: no fused
# multiply-add.
target_compile_options(mooring_flags INTERFACE -ffp-contract=off)
# The version and source root that programs and tests may name.
target_compile_definitions(mooring_flags INTERFACE
  MOORING_VERSION="${PROJECT_VERSION}" )
if(MOORING_SANITIZE)
  target_compile_options(mooring_flags INTERFACE
    -fsanitize=${MOORING_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(mooring_flags INTERFACE -fsanitize=${MOORING_SANITIZE})
endif()
find_program(MOLD mold)
if(MOLD AND (NOT MOORING_SANITIZE OR CMAKE_CXX_COMPILER_ID STREQUAL "Clang"))
  target_link_options(mooring_flags INTERFACE -fuse-ld=mold)
endif()

add_library(mooring_test_support INTERFACE)
if(MOORING_TESTS)
  target_link_libraries(mooring_test_support INTERFACE GTest::gmock GTest::gtest)
endif()

# Standard headers that most sources include, parsed once a target. They are named in angle
# brackets: no path of a checkout gets into them, so that all checkouts can share a compiler cache.
set(MOORING_PRECOMPILED <algorithm> <array> <atomic> <chrono> <cstdint> <functional> <map> <memory>
  <mutex> <optional> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector>)
function(mooring_precompile target)
  if(MOORING_PCH)
    target_precompile_headers(${target} PRIVATE ${MOORING_PRECOMPILED} ${ARGN})
  endif()
endfunction()

# Tests that read files of the checkout say MOORING_SOURCE_DIR or MOORING_DEPS_DIR and are told; the
# others are compiled alike everywhere.
function(mooring_tell_places)
  foreach(source ${ARGN})
    file(STRINGS ${source} places REGEX "MOORING_(SOURCE|DEPS)_DIR" LIMIT_COUNT 1)
    if(places)
      set_source_files_properties(${source} PROPERTIES SKIP_PRECOMPILE_HEADERS ON
        COMPILE_DEFINITIONS
        "MOORING_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\";MOORING_DEPS_DIR=\"${MOORING_DEPS}\"")
    endif()
  endforeach()
endfunction()

function(mooring_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS;LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|/main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  set(libraries mooring_flags Threads::Threads)
  foreach(room ${ROOM_DEPENDS})
    list(APPEND libraries mooring_${room})
  endforeach()
  if(NOT sources)
    add_library(mooring_${name} INTERFACE)
    target_link_libraries(mooring_${name} INTERFACE ${libraries} ${ROOM_LINK})
  else()
    add_library(mooring_${name} STATIC ${sources})
    target_link_libraries(mooring_${name} PUBLIC ${libraries} PRIVATE ${ROOM_LINK})
    mooring_precompile(mooring_${name})
  endif()
  if(MOORING_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE mooring_${name} ${ROOM_LINK} mooring_test_support
      GTest::gtest_main)
    mooring_precompile(${name}_test <gtest/gtest.h>)
    mooring_tell_places(${tests})
    add_test(NAME ${name} COMMAND ${name}_test)
    set(most_seconds 300)
    if(MOORING_SANITIZE)
      set(most_seconds 900)
    endif()
    set_tests_properties(${name} PROPERTIES TIMEOUT ${most_seconds})
  endif()
endfunction()
