// tidy ROOT: prints "path:line: rule: message" for everything in the repository at ROOT that breaks
// a rule of the house (rules.h), and ends with 1 if there was any.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tidy/rules.h"

namespace {

namespace fs = std::filesystem;

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What is built, unpacked or of git is not ours to judge.
bool IsForeign(const std::string& name) {
  static const std::vector<std::string> names = {".git",  ".deps",        ".cache",
                                                 "build", "node_modules", "__pycache__"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsBinary(const std::string& text) {
  return text.substr(0, 8192).find('\0') != std::string::npos;
}

std::vector<tidy::SourceText> ReadRepository(const fs::path& root) {
  std::vector<fs::path> paths;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator();
       ++it) {
    if (IsForeign(it->path().filename().string())) {
      it.disable_recursion_pending();
    } else if (it->is_regular_file() && !it->is_symlink()) {
      paths.push_back(it->path());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<tidy::SourceText> files;
  for (const fs::path& path : paths) {
    const std::string text = ReadAll(path);
    tidy::SourceText& file = files.emplace_back(path.lexically_relative(root).generic_string(),
                                                IsBinary(text) ? std::string() : text);
    file.bytes = text.size();
  }
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !fs::exists(fs::path(argv[1]) / "tools/layers.txt")) {
    std::cerr << "usage: tidy ROOT    (the repository's root)\n";
    return 2;
  }
  const fs::path root(argv[1]);
  tidy::Findings findings;
  const tidy::Layers layers = tidy::ParseLayers(ReadAll(root / "tools/layers.txt"), findings);
  const std::vector<tidy::SourceText> files = ReadRepository(root);
  const tidy::Findings more = tidy::ApplyExceptions(tidy::CheckAll(files, layers),
                                                    ReadAll(root / "tools/tidy_exceptions.txt"));
  findings.insert(findings.end(), more.begin(), more.end());
  for (const tidy::Finding& finding : findings) {
    std::cout << finding.path << ":" << finding.line << ": " << finding.rule << ": "
              << finding.message << "\n";
  }
  std::cout << files.size() << " files, " << findings.size() << " findings\n";
  return findings.empty() ? 0 : 1;
}
