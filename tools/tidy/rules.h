// The rules of the house, each a function from files to findings. docs of each: the comment beside
// its declaration. Exceptions, with reasons, are in tools/tidy_exceptions.txt.
//
// Thread safety: pure functions. Complexity: linear in the text.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tidy/source_text.h"

namespace tidy {

struct Finding {
  std::string rule;
  std::string path;
  std::size_t line = 0;  // from 1; 0 is the whole file
  std::string message;
};
using Findings = std::vector<Finding>;

// Room → the rooms that it may include.
using Layers = std::map<std::string, std::set<std::string>>;
Layers ParseLayers(std::string_view text, Findings& findings);

// "layers": an include that climbs (..), names no room, or goes where the table has no arrow.
// "third_party": a library's header in a header of a room above data.
void CheckIncludes(const SourceText& file, const Layers& layers, Findings& findings);

// "file_length": more than 500 lines. "line_length": more than 100 columns.
// "file_size": more than 256 kB. "opening": a header that does not open with a comment.
void CheckShape(const SourceText& file, Findings& findings);

// "function_length": more than 70 lines from the brace to its end.
void CheckFunctions(const SourceText& file, Findings& findings);

// "throw", "output", "sleep", "random", "clock": calls outside the rooms that may make them.
void CheckCalls(const SourceText& file, Findings& findings);

// "banned_name": Manager, Helper, Util, Info, Impl, Data as the end of a type's name; such file
// names. "machine_path": a path of somebody's machine, or a package host.
void CheckWords(const SourceText& file, Findings& findings);

// "no_test": a source of src that no test of its folder is named after and no test of its room
// includes, directly or through headers of the test's folder.
void CheckTests(const std::vector<SourceText>& files, Findings& findings);

// All of the above.
Findings CheckAll(const std::vector<SourceText>& files, const Layers& layers);

// Takes out the findings that the exceptions name ("rule path reason", one a line, # comments);
// adds "exception" for one without a reason or without a finding.
Findings ApplyExceptions(Findings findings, std::string_view exceptions);

}  // namespace tidy
