// The length of functions, by counting braces: no parser, so it can be fooled, but not by clean
// code.
#include "tidy/rules.h"

namespace tidy {
namespace {

constexpr std::size_t kFunctionLines = 70;

// `text` without what stands in (), [] and <>, so that a parameter's keywords do not mislead.
std::string Outside(const std::string& text) {
  std::string outside;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(' || c == '[' || c == '<') ++depth;
    if (depth == 0) outside.push_back(c);
    const bool arrow = c == '>' && i > 0 && text[i - 1] == '-';
    if ((c == ')' || c == ']' || (c == '>' && !arrow)) && depth > 0) --depth;
  }
  return outside;
}

// Whether the brace after `head` (all since the last ; { or }) opens the body of a function.
bool OpensFunction(const std::string& head) {
  if (head.find(')') == std::string::npos) return false;
  const std::string outside = Outside(head);
  for (const std::string_view word : {"namespace", "class", "struct", "union", "enum"}) {
    if (FindWord(outside, word) != std::string::npos) return false;
  }
  return true;
}

}  // namespace

void CheckFunctions(const SourceText& file, Findings& findings) {
  if (!file.IsCpp()) return;
  std::string head;
  std::size_t depth = 0;  // braces inside the function
  std::size_t begin = 0;  // its line, from 1; 0 is outside of any
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    if (file.code[i].starts_with('#')) continue;
    for (const char c : file.code[i]) {
      if (begin != 0) {
        depth += c == '{' ? 1 : 0;
        depth -= c == '}' ? 1 : 0;
        if (depth != 0) continue;
        const std::size_t lines = i + 2 - begin;
        if (lines > kFunctionLines) {
          findings.push_back(
              {"function_length", file.path, begin, std::to_string(lines) + " lines; at most 70"});
        }
        begin = 0;
        head.clear();
      } else if (c == '{' && OpensFunction(head)) {
        begin = i + 1;
        depth = 1;
      } else if (c == '{' || c == '}' || c == ';') {
        head.clear();
      } else {
        head.push_back(c);
      }
    }
    head.push_back(' ');
  }
}

}  // namespace tidy
