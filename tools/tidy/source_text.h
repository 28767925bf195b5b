// SourceText: a file as tidy looks at it: its lines as written, and the same lines with comments
// and the insides of strings blanked, so that a rule about code does not trip over prose.
//
// Thread safety: a value. Complexity: linear, at construction.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tidy {

struct SourceText {
  SourceText(std::string file_path, std::string_view text);

  std::string path;  // from the root of the repository, with '/'
  std::size_t bytes = 0;
  std::vector<std::string> lines;
  std::vector<std::string> code;  // equally many; for C++ only, else the lines

  bool IsCpp() const { return EndsWith(".h") || EndsWith(".cpp"); }
  bool IsHeader() const { return EndsWith(".h"); }
  bool IsTest() const { return EndsWith("_test.cpp") || path.starts_with("tests/"); }
  bool EndsWith(std::string_view ending) const { return path.ends_with(ending); }
  bool IsUnder(std::string_view folder) const { return path.starts_with(folder); }
  std::string Room() const;    // "records" for src/records/…, "" outside src
  std::string Folder() const;  // without the last '/'
  std::string Stem() const;    // "json" for src/base/text/json.cpp
};

// The path of an #include "…" or <…> of a line; empty when it is none.
struct Include {
  std::string path;
  bool is_quoted = false;
};
Include IncludeOf(std::string_view line);

// Where `word` stands in `line` as a whole word (no letter, digit or _ beside it); npos when
// nowhere.
std::size_t FindWord(std::string_view line, std::string_view word);

// Characters, not bytes, of UTF-8.
std::size_t Columns(std::string_view line);

}  // namespace tidy
