// Which sources have a test: by name, or because a test looks at them through includes.
#include <algorithm>

#include "tidy/rules.h"

namespace tidy {
namespace {

// "records/journal/writer" → what the header and the source of that name include.
using Includes = std::map<std::string, std::set<std::string>>;

std::string WithoutEnding(const std::string& path) { return path.substr(0, path.rfind('.')); }

std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::set<std::string> IncludedBy(const SourceText& file) {
  std::set<std::string> included;
  for (const std::string& line : file.lines) {
    const Include include = IncludeOf(line);
    if (include.is_quoted) included.insert(WithoutEnding(include.path));
  }
  return included;
}

bool IsRelated(const std::string& source, const std::string& tested) {
  return source == tested || source.starts_with(tested + "_") || source.ends_with("_" + tested) ||
         tested.starts_with(source + "_") || tested.ends_with("_" + source);
}

// What the test includes of its room, and what that includes of the test's own folder and below.
std::set<std::string> SeenBy(const SourceText& test, const Includes& includes) {
  const std::string folder = test.Folder().substr(4);
  std::set<std::string> seen;
  std::vector<std::string> next;
  for (const std::string& name : IncludedBy(test)) {
    if (name.starts_with(test.Room() + "/")) next.push_back(name);
  }
  const std::string stem = test.Stem();
  next.push_back(folder + "/" + stem.substr(0, stem.size() - std::string_view("_test").size()));
  while (!next.empty()) {
    const std::string name = next.back();
    next.pop_back();
    const auto entry = includes.find(name);
    if (!seen.insert(name).second || entry == includes.end()) continue;
    for (const std::string& further : entry->second) {
      if ((FolderOf(further) + "/").starts_with(folder + "/")) next.push_back(further);
    }
  }
  return seen;
}

// The header whose functions a source defines: its own, or by custom the first that it includes.
std::string HeaderOf(const SourceText& source, const std::set<std::string>& headers) {
  const std::string own = WithoutEnding(source.path.substr(4));
  if (headers.contains(own)) return own;
  for (const std::string& line : source.lines) {
    const Include include = IncludeOf(line);
    if (include.is_quoted) return WithoutEnding(include.path);
  }
  return own;
}

bool IsSource(const SourceText& file) {
  return file.IsUnder("src/") && file.EndsWith(".cpp") && !file.IsTest() &&
         !file.EndsWith("_bench.cpp") && file.Stem() != "main";
}

}  // namespace

void CheckTests(const std::vector<SourceText>& files, Findings& findings) {
  Includes includes;
  std::set<std::string> seen;
  std::set<std::string> headers;
  std::map<std::string, std::vector<std::string>> tested;  // folder → names of its tests
  for (const SourceText& file : files) {
    if (file.Room().empty() || !file.IsCpp() || file.IsTest()) continue;
    includes[WithoutEnding(file.path.substr(4))].merge(IncludedBy(file));
    if (file.IsHeader()) headers.insert(WithoutEnding(file.path.substr(4)));
  }
  for (const SourceText& file : files) {
    if (file.Room().empty() || !file.EndsWith("_test.cpp")) continue;
    seen.merge(SeenBy(file, includes));
    tested[file.Folder()].push_back(file.Stem().substr(0, file.Stem().size() - 5));
  }
  for (const SourceText& file : files) {
    if (!IsSource(file) || seen.contains(HeaderOf(file, headers))) continue;
    const std::vector<std::string>& names = tested[file.Folder()];
    const bool named = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return IsRelated(file.Stem(), name);
    });
    if (named) continue;
    findings.push_back({"no_test", file.path, 0, "no test beside it, none includes its header"});
  }
}

}  // namespace tidy
