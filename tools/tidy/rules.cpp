#include "tidy/rules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

namespace tidy {
namespace {

constexpr std::size_t kFileLines = 500, kLineColumns = 100, kFileBytes = 256 * 1024;

void Add(Findings& findings, std::string rule, const SourceText& file, std::size_t line,
         std::string message) {
  findings.push_back({std::move(rule), file.path, line, std::move(message)});
}

bool IsOneOf(const std::string& text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Whether a header is of a library that one adapter file should hide.
bool IsLibrary(const std::string& path) {
  static const std::vector<std::string_view> starts = {
      "boost/",   "curl/",   "duckdb",  "fmt/",     "gmock/", "gtest/",    "onnx", "openssl/",
      "simdjson", "spdlog/", "sqlite3", "xgboost/", "re2/",   "yaml-cpp/", "zstd", "CLI/"};
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return path.starts_with(start); });
}

// A call and the places that may make it: rooms, or folders ending in '/'.
struct Call {
  std::string_view rule, word, advice;
  std::vector<std::string_view> allowed;
};

const std::vector<Call>& Calls() {
  static const std::vector<std::string_view> clocks = {"base", "tests/", "tools/", "bench/",
                                                       "demo/"};
  static const std::vector<std::string_view> random = {"base", "bench/", "demo/"};
  static const std::vector<std::string_view> output = {"app", "tests/", "tools/", "bench/",
                                                       "demo/"};
  static const std::vector<Call> calls = {
      {"throw", "throw", "return an Error", {"tests/"}},
      {"output", "std::cout", "write to a Log or to the command's stream", output},
      {"output", "std::cerr", "write to a Log or to the command's stream", output},
      {"output", "printf", "write to a Log or to the command's stream", output},
      {"output", "fprintf", "write to a Log or to the command's stream", output},
      {"output", "puts", "write to a Log or to the command's stream", output},
      {"sleep", "sleep_for", "wait for a condition", {"bench/", "demo/"}},
      {"sleep", "sleep_until", "wait for a condition", {"bench/", "demo/"}},
      {"sleep", "usleep", "wait for a condition", {"bench/", "demo/"}},
      {"sleep", "nanosleep", "wait for a condition", {"bench/", "demo/"}},
      {"sleep", "sleep(", "wait for a condition", {"bench/", "demo/"}},
      {"random", "rand(", "take an Rng", random},
      {"random", "srand", "take an Rng", random},
      {"random", "random_device", "take an Rng", random},
      {"random", "mt19937", "take an Rng", random},
      {"random", "mt19937_64", "take an Rng", random},
      {"clock", "system_clock::now", "take a Clock", clocks},
      {"clock", "steady_clock::now", "take a Clock", clocks},
      {"clock", "high_resolution_clock", "take a Clock", clocks},
      {"clock", "time(nullptr)", "take a Clock", clocks},
      {"clock", "time(NULL)", "take a Clock", clocks},
      {"clock", "time(0)", "take a Clock", clocks},
      {"clock", "gettimeofday", "take a Clock", clocks},
      {"clock", "clock_gettime", "take a Clock", clocks},
      {"clock", "localtime", "take a Clock", clocks},
  };
  return calls;
}

bool IsAllowed(const SourceText& file, const std::vector<std::string_view>& places) {
  return std::any_of(places.begin(), places.end(), [&](std::string_view place) {
    return place.ends_with('/') ? file.IsUnder(place) : file.Room() == place;
  });
}

// The name that `keyword` declares on this line, such as class Foo or struct Foo.
std::string DeclaredName(const std::string& line, std::string_view keyword) {
  std::size_t at = FindWord(line, keyword);
  if (at == std::string::npos || line.find(';') != std::string::npos) return "";
  at = line.find_first_not_of(' ', at + keyword.size());
  if (at == std::string::npos) return "";
  std::size_t end = at;
  while (end < line.size() &&
         (std::isalnum(static_cast<unsigned char>(line[end])) || line[end] == '_')) {
    ++end;
  }
  return line.substr(at, end - at);
}

// Whether the path at `at` starts there, rather than going on from a folder or a variable.
bool StartsPath(const std::string& line, std::size_t at) {
  if (at == 0) return true;
  const char before = line[at - 1];
  if (before != '"') return std::string_view(" '=(:`").find(before) != std::string_view::npos;
  return at < 4 || line.compare(at - 4, 3, " + ") != 0;
}

}  // namespace

Layers ParseLayers(std::string_view text, Findings& findings) {
  Layers layers;
  std::istringstream in{std::string(text)};
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    const std::size_t colon = line.find(':');
    if (line.empty() || line[0] == '#') continue;
    if (colon == std::string::npos) {
      findings.push_back({"layers", "tools/layers.txt", number, "no colon"});
      continue;
    }
    std::set<std::string>& may = layers[line.substr(0, colon)];
    std::istringstream rooms(line.substr(colon + 1));
    for (std::string room; rooms >> room;) may.insert(room);
  }
  return layers;
}

void CheckIncludes(const SourceText& file, const Layers& layers, Findings& findings) {
  const std::string room = file.Room();
  if (room.empty() || !file.IsCpp()) return;
  const auto row = layers.find(room);
  if (row == layers.end()) return Add(findings, "layers", file, 0, "room not in layers.txt");
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const Include include = IncludeOf(file.lines[i]);
    if (include.path.empty()) continue;
    const std::size_t slash = include.path.find('/');
    const std::string target = include.path.substr(0, slash);
    if (include.path.find("..") != std::string::npos) {
      Add(findings, "layers", file, i + 1, "an include climbs; name it from src");
    } else if (include.is_quoted && (slash == std::string::npos || !layers.contains(target))) {
      Add(findings, "layers", file, i + 1, include.path + " is in no room; name it from src");
    } else if (include.is_quoted && target != room && !row->second.contains(target)) {
      Add(findings, "layers", file, i + 1, room + " may not include " + target);
    } else if (file.IsHeader() && !IsOneOf(room, {"base", "data"}) && IsLibrary(include.path)) {
      Add(findings, "third_party", file, i + 1, "a header shows <" + include.path + ">");
    }
  }
}

void CheckShape(const SourceText& file, Findings& findings) {
  if (file.bytes > kFileBytes) {
    Add(findings, "file_size", file, 0, std::to_string(file.bytes) + " bytes; the limit is 262144");
  }
  const bool is_program = file.IsCpp() || file.EndsWith(".py") || file.EndsWith(".sh") ||
                          file.EndsWith(".cmake") || file.EndsWith("CMakeLists.txt") ||
                          file.path == "dev";
  if (!is_program) return;
  if (file.lines.size() > kFileLines) {
    Add(findings, "file_length", file, 0,
        std::to_string(file.lines.size()) + " lines; at most 500");
  }
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    if (Columns(file.lines[i]) <= kLineColumns) continue;
    Add(findings, "line_length", file, i + 1,
        std::to_string(Columns(file.lines[i])) + " columns; at most 100");
  }
  if (file.IsHeader() && (file.lines.empty() || !file.lines[0].starts_with("//"))) {
    Add(findings, "opening", file, 1, "a header opens with a comment: what, when, what not");
  }
}

void CheckCalls(const SourceText& file, Findings& findings) {
  if (!file.IsCpp()) return;
  for (const Call& call : Calls()) {
    if (IsAllowed(file, call.allowed) || (call.rule == "throw" && file.IsTest())) continue;
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      if (FindWord(file.code[i], call.word) == std::string::npos) continue;
      Add(findings, std::string(call.rule), file, i + 1,
          std::string(call.word) + ": " + std::string(call.advice));
    }
  }
}

void CheckWords(const SourceText& file, Findings& findings) {
  if (file.IsUnder("tools/tidy/")) return;  // it must name what it forbids
  if (IsOneOf(file.Stem(), {"util", "utils", "helper", "helpers", "manager", "misc", "common"})) {
    Add(findings, "banned_name", file, 0, "name the file after what it is for");
  }
  // Split so that this file does not contain them.
  static const std::array<std::string, 6> paths = {
      "/wo"
      "rk/",
      "/ho"
      "me/",
      "/tm"
      "p/",
      "/ro"
      "ot/",
      "registry"
      ".npmjs",
      "deb."
      "debian"};
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    for (const std::string& path : paths) {
      const std::size_t at = file.lines[i].find(path);
      if (at == std::string::npos || (path[0] == '/' && !StartsPath(file.lines[i], at))) continue;
      Add(findings, "machine_path", file, i + 1, path + " is of one machine only");
    }
    if (!file.IsCpp()) continue;
    for (const std::string_view keyword : {"class", "struct", "enum", "union"}) {
      const std::string name = DeclaredName(file.code[i], keyword);
      for (const std::string_view end :
           {"Manager", "Helper", "Util", "Utils", "Info", "Impl", "Data"}) {
        if (!name.ends_with(end)) continue;
        Add(findings, "banned_name", file, i + 1,
            name + ": say what it is, not " + std::string(end));
      }
    }
  }
}

Findings CheckAll(const std::vector<SourceText>& files, const Layers& layers) {
  Findings findings;
  for (const SourceText& file : files) {
    CheckIncludes(file, layers, findings);
    CheckShape(file, findings);
    CheckFunctions(file, findings);
    CheckCalls(file, findings);
    CheckWords(file, findings);
  }
  CheckTests(files, findings);
  return findings;
}

Findings ApplyExceptions(Findings findings, std::string_view exceptions) {
  Findings unused;
  std::istringstream in{std::string(exceptions)};
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string rule, path, reason;
    words >> rule >> path;
    std::getline(words, reason);
    const auto count =
        std::erase_if(findings, [&](const Finding& f) { return f.rule == rule && f.path == path; });
    if (count == 0 || reason.size() < 10) {
      unused.push_back({"exception", "tools/tidy_exceptions.txt", number,
                        count == 0 ? "nothing to except: take it out" : "give a reason"});
    }
  }
  findings.insert(findings.end(), unused.begin(), unused.end());
  return findings;
}

}  // namespace tidy
